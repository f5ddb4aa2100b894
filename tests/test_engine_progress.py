"""How far a long run is, as it is shown: a line a step, or in a terminal always the same line."""

import analysis as ma


def test_progress_is_shown(capsys):
    ma.show_progress(1234, 5000)
    ma.show_progress(5000, 5000)
    assert capsys.readouterr().out == "1,234 of 5,000 (25%)\n5,000 of 5,000 (100%)\n"


def test_in_a_terminal_progress_stays_on_its_line(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    ma.show_progress(1, 2)
    ma.show_progress(2, 2)
    assert capsys.readouterr().out == "1 of 2 (50%)\r2 of 2 (100%)\n"
