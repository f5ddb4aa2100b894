// Put into pages by the preview's server only: reload when the site was rebuilt, show what failed.
(() => {
  const shown = document.currentScript.dataset.version;
  const events = new EventSource("/__preview__");
  let alert = null;
  events.onmessage = (event) => {
    const { version, error } = JSON.parse(event.data);
    if (!error) {
      if (version !== shown) location.reload();
      alert?.remove();
      alert = null;
      return;
    }
    alert?.remove();
    alert = document.createElement("div");
    alert.id = "preview-error";
    alert.setAttribute("role", "alert");
    alert.style.cssText =
      "position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;z-index:9999;padding:1rem 1.5rem;" +
      "background:#fff;color:#1f2430;border-top:4px solid #9b1c2e;box-shadow:0 0 1rem #0006";
    const text = document.createElement("pre");
    text.style.cssText = "margin:0;white-space:pre-wrap;font:14px/1.5 ui-monospace,monospace;color:inherit";
    text.textContent = error;
    alert.append(text);
    document.body.append(alert);
  };
})();
