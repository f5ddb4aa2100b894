"""Execute what must be executed, keep the results, and say in a word why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .cache import Entry, Sources, Store, code_hash, key, restore
from .errors import PublishError
from .jobs import TIME_LIMIT, Chapter, Command, Job, Result, run_jobs
from .project import Project
from .qmd import Cell, Inline, Part, weave

RESULTS = Path("results")  # the store, in the folder that building works in


@dataclass(frozen=True)
class Executed:
    """Each chapter's Markdown with its outputs, and the files that post-render commands add."""

    chapters: dict[Path, str]
    added: tuple[tuple[str, bytes], ...]


def execute(
    project: Project,
    parsed: dict[Path, list[Part]],
    work: Path,
    scratch: Path,
    progress: Callable[[str], None],
    time_limit: float = TIME_LIMIT,
) -> Executed:
    """Execute the chapters `parsed` and the post-render commands of `project`, where needed.

    Results are kept in the folder `work`; `scratch` is for the commands' folders. Every job is
    tried, so that all failures are reported at once in a `PublishError`.
    """
    store = Store(work / RESULTS)
    sources = Sources.read(project.root, (project.output_dir,))
    entries: dict[str, Entry] = {}
    jobs: dict[str, tuple[Job, str, str]] = {}
    for job in _jobs(project, parsed, scratch):
        code = _code(job)
        entry = store.get(key(code, sources.hashes))
        if entry:
            entries[job.name] = entry
            progress(f"{job.name}  kept")
        else:
            jobs[job.name] = job, code, store.why(job.name, code, sources.hashes)

    problems: list[str] = []
    if jobs:
        ran = _run(project.root, jobs, time_limit, problems, progress)
        # A source that changed meanwhile may or may not have been seen: such a result is not kept.
        after = Sources.read(project.root, (project.output_dir,))
        for name, entry in ran.items():
            entries[name] = replace(entry, sources=sources.hashes)
            # A job that died may have left half of a file that another one wrote too.
            if after == sources and not (problems and entry.files):
                store.put(name, entries[name])
        if after != sources:
            progress("results not kept: " + _changed(sources, after))
    if problems:
        raise PublishError(*problems)

    for chapter in project.chapters:
        if str(chapter.path) in entries:
            restore(project.root, entries[str(chapter.path)].files)
    for command in project.post_render:
        for text in entries[command].outputs:
            for line in text.splitlines():
                progress(line)
    added = [file for command in project.post_render for file in entries[command].files]
    woven = {
        path: weave(parts, entries[str(path)].outputs if str(path) in entries else ())
        for path, parts in parsed.items()
    }
    return Executed(woven, tuple(added))


def _run(root, jobs, time_limit, problems: list[str], progress) -> dict[str, Entry]:
    """Run `jobs`; return what succeeded, collect the problems of what failed.

    A command's failure is told only where no chapter failed, since they share their causes.
    """
    succeeded, of_commands = [], []
    for result in run_jobs(root, [job for job, _, _ in jobs.values()], time_limit):
        job, _, why = jobs[result.name]
        told = of_commands if isinstance(job, Command) else problems
        # What several chapters fail of is told once.
        told += [problem for problem in result.problems if problem not in told]
        if not result.problems:
            succeeded.append(result)
            progress(f"{result.name}  ran in {result.seconds:.1f} s ({why})")
    problems += [] if problems else of_commands
    # Read only now that nothing runs any more: two chapters may write the same figure.
    return {result.name: _entry(result, root, jobs) for result in succeeded}


def _entry(result: Result, root: Path, jobs: dict[str, tuple[Job, str, str]]) -> Entry:
    job, code, _ = jobs[result.name]
    folder = job.folder if isinstance(job, Command) else root
    files = tuple((name, (folder / name).read_bytes()) for name in result.written)
    return Entry(code, {}, result.outputs, files)


def _jobs(project: Project, parsed: dict[Path, list[Part]], scratch: Path) -> list[Job]:
    """All that could be executed; a chapter without code is nothing to execute.

    The commands first: they read no page, and one that takes long had better not begin last.
    """
    jobs: list[Job] = []
    for number, command in enumerate(project.post_render):
        folder = scratch / f"post-render-{number}"
        folder.mkdir()
        jobs.append(Command(command, folder.resolve()))
    return jobs + [
        Chapter(path, tuple(parts), project.echo)
        for path, parts in parsed.items()
        if any(isinstance(part, Cell | Inline) for part in parts)
    ]


def _code(job: Job) -> str:
    """The hash of what `job` executes; the lines where its code stands do not matter."""
    if isinstance(job, Command):
        return code_hash(job.name)
    code = [replace(part, line=0) for part in job.parts if isinstance(part, Inline)]
    cells = [replace(p, line=0, first_line=0) for p in job.parts if isinstance(p, Cell)]
    order = [type(part).__name__ for part in job.parts if isinstance(part, Cell | Inline)]
    return code_hash(job.name, job.echo, order, code, cells)


def _changed(before: Sources, after: Sources) -> str:
    paths = sorted({*before.stamps, *after.stamps})
    changed = [path for path in paths if before.stamps.get(path) != after.stamps.get(path)]
    return f"{', '.join(changed) or 'the engine'} changed while they ran"
