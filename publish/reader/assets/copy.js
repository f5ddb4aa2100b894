/* Buttons that copy the text of another element. */

for (const button of document.querySelectorAll('.reader-copy')) {
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copies);
    const range = new Range();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    let done;
    try {
      await navigator.clipboard.writeText(source.textContent);
      done = true;
    } catch {
      done = document.execCommand('copy'); // where the clipboard is not granted, the selection may be
    }
    announce(done ? 'Copied' : 'Selected; press Ctrl+C to copy');
  });
}
