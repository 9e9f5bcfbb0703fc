"""The trace tells which clause has a proof; it reads marks wherever pytest would."""

from pathlib import Path

import pytest

from tools import trace


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trace, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "requirements.csv").write_text(
        "req_id,clause_zh\nR1.1,常态力量\nR1.2,辅助力量\nR1.3,队伍\nR2.1,呼叫\n"
    )
    (tmp_path / "tests").mkdir()
    return tmp_path


def _tests(tree: Path, text: str) -> None:
    (tree / "tests" / "test_deed.py").write_text(text)


def test_marks_of_function_class_and_file_count(tree: Path) -> None:
    _tests(
        tree,
        'import pytest\npytestmark = [pytest.mark.slow, pytest.mark.req("R1.1")]\n'
        '@pytest.mark.req("R1.2", "R1.3")\ndef test_one(): ...\n'
        'class TestCall:\n    @pytest.mark.req("R2.1")\n    async def test_two(self): ...\n'
        '@pytest.mark.req("R2.1")\ndef helper(): ...\n',
    )

    assert trace.collect(tree / "tests") == {
        "R1.1": ["tests/test_deed.py::test_one", "tests/test_deed.py::TestCall::test_two"],
        "R1.2": ["tests/test_deed.py::test_one"],
        "R1.3": ["tests/test_deed.py::test_one"],
        "R2.1": ["tests/test_deed.py::TestCall::test_two"],
    }


def test_summary_names_the_clauses_without_a_proof(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _tests(tree, 'import pytest\n@pytest.mark.req("R1.2")\ndef test_one(): ...\n')

    assert trace.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 4 clauses have a proof; none yet: R1.1 R1.3–R2.1"


def test_clause_that_does_not_exist_is_a_fault(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _tests(tree, 'import pytest\n@pytest.mark.req("R9.99")\ndef test_one(): ...\n')

    assert trace.main() == 1
    assert "R9.99" in capsys.readouterr().out


def test_notice_has_115_clauses() -> None:
    clauses = trace.read_clauses()

    assert len(clauses) == 115
    assert [*clauses][::114] == ["R1.1", "R10.8"]
