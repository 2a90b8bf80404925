"""Names with quotes, brackets and apostrophes work in TMDL, DAX and M; names that Power BI cannot have are refused."""

import pytest
from dax_checks import dax_problems
from powerbi_model import BEDS, WARD, awkward_model, declared

from elt.powerbi.checks.model_checks import model_problems
from elt.powerbi.files.tmdl import model_files, table_text
from elt.powerbi.model.dax import dax
from elt.powerbi.model.power_query import load
from elt.powerbi.quoting import (
    ModelNameError,
    dax_column,
    dax_text,
    file_name,
    m_text,
    pbir_text,
    tmdl_name,
    tmdl_value,
)

pytestmark = pytest.mark.unit


def test_names_that_are_not_plain_words_are_quoted() -> None:
    assert tmdl_name("fact_admissions") == "fact_admissions"
    assert tmdl_name("Key figures") == "'Key figures'"
    assert tmdl_name("St Bride's") == "'St Bride''s'"
    assert tmdl_name("100%") == "'100%'"
    assert tmdl_value("#,0") == "#,0"
    assert tmdl_value('"quoted"') == '"""quoted"""'
    assert tmdl_value("") == '""'


def test_dax_doubles_apostrophes_of_tables_and_closing_brackets_of_columns() -> None:
    assert dax_column("St Bride's", "beds [open]") == "'St Bride''s'[beds [open]]]"
    assert dax_text('a "b"\nc') == '"a ""b""" & UNICHAR(10) & "c"'
    assert dax_text("") == '""'


def test_m_escapes_quotes_and_line_breaks_and_a_report_has_texts_of_one_line() -> None:
    assert m_text('a "b" #(lf)\nc') == '"a ""b"" #(#)(lf)#(lf)c"'
    assert pbir_text("St Bride's\nward") == "'St Bride''s ward'"


def test_different_names_are_different_files_on_every_system() -> None:
    names = ["a/b", "a\\b", "a:b", "a%3Ab", "a.b", 'a"b', "a*b", "ab"]
    assert len({file_name(name).lower() for name in names}) == len(names)
    assert not any(set(file_name(name)) & set('/\\:*?"<>|') for name in names)


def test_awkward_names_are_read_back_from_tmdl_unchanged() -> None:
    model = awkward_model()
    assert [*model_problems(model), *dax_problems(model)] == []

    text = table_text(model, model.tables[1])

    assert declared(text) == [
        ("table", WARD),
        ("measure", f"Share of {BEDS}"),
        ("measure", "At the end"),
        ("column", "date"),
        ("column", BEDS),
        ("column", "kind"),
        ("sortByColumn", BEDS),
        ("partition", WARD),
    ]
    assert "\t/// Beds.\n\t/// Open, that is.\n\tcolumn" in text
    relationships = model_files(model, ())["relationships.tmdl"]
    assert relationships.endswith(f"\n\tfromColumn: {tmdl_name(WARD)}.date\n\ttoColumn: dim_date.date\n")


def test_awkward_names_are_right_in_dax_and_in_m() -> None:
    model = awkward_model()
    share, end = (dax(measure.formula) for measure in model.measures)

    table = """'St Bride''s "A & E" [front], 100% = #(lf) ward'"""
    assert f"""SUM({table}[Bride's "beds" [open]]]] = 1])""" in share
    assert """[kind] = "Bride's ""closed\"\"" & UNICHAR(10) & "ward")""" in share
    assert f"TREATAS({{MAX({table}[date])}}, 'dim_date'[date])" in end
    query = load(model.tables[1])
    assert 'WarehouseTable("marts", "St Bride\'s ""A & E"" [front], 100% = #(#)(lf) ward")' in query
    assert '{"date", type date}' in query


def test_a_name_that_power_bi_cannot_have_is_refused() -> None:
    for name in ("two\nlines", "a\ttab", "a\u2028line", "", " before", "after "):
        with pytest.raises(ModelNameError, match="name"):
            tmdl_name(name)
    for table, column in (("two\nlines", "beds"), ("ward", "two\r\nlines"), ("", "beds")):
        model = awkward_model(table, column)
        assert any("name" in problem for problem in model_problems(model))
        with pytest.raises(ModelNameError):
            model_files(model, ())
