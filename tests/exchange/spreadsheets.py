"""Spreadsheets for tests, as little of each as there can be."""

from __future__ import annotations

import io
import zipfile

from events.decoding import Size, file_text


def text_of(data: bytes, most: Size) -> str:
    return file_text(data, most).text


def xlsx(
    rows: list[list[str | int | float]],
    *merged: str,
    hidden: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
    merged_there: tuple[str, ...] = (),
) -> bytes:
    """The least that a spreadsheet program opens (ECMA-376); numbers below one are times of the day.

    Before its sheet stand those that are hidden, behind it others, each with its name in its first cell, and its
    cells merged as `merged_there` says.
    """
    elsewhere = "".join(f'<mergeCell ref="{one}"/>' for one in merged_there)
    merges_elsewhere = f"<mergeCells>{elsewhere}</mergeCells>" if merged_there else ""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in enumerate(row):
            at = f"{chr(65 + column)}{number}"
            if isinstance(value, str):
                cells.append(
                    f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>' if value else ""
                )
            else:
                style = ' s="2"' if value < 1 else ' s="1"' if value > 40_000 else ""
                cells.append(f'<c r="{at}"{style}><v>{value}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    merges = f'<mergeCells count="{len(merged)}">{cells}</mergeCells>' if merged else ""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    more = [(name, "hidden") for name in hidden] + [(name, "visible") for name in others]
    named = [
        f'<sheet name="{name}" sheetId="{n}" r:id="o{n}" state="{state}"/>' for n, (name, state) in enumerate(more, 2)
    ]
    listed = [*named[: len(hidden)], '<sheet name="Rooms" sheetId="1" r:id="s"/>', *named[len(hidden) :]]
    related = "".join(
        f'<Relationship Id="o{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(2, len(more) + 2)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, (name, _state) in enumerate(more, 2):
            cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{name}</t></is></c></row>'
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{cell}</sheetData>{merges_elsewhere}</worksheet>',
            )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{"".join(listed)}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="s" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="t" Type="{office}/styles" Target="styles.xml"/>{related}</Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="20"/></cellXfs></styleSheet>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData>{merges}</worksheet>',
        )
    return out.getvalue()


def ods(
    rows: list[list[str]], *merged: str, down: int = 1, across: int = 1, merged_there: tuple[str, ...] = ()
) -> bytes:
    """The least of OpenDocument (ODF 1.3), with merged cells as in `xlsx`.

    With `merged_there` a table of the same size stands behind it, in which these are merged.

    The last of its rows is repeated as often as `down` says, and the last cell of each as often as `across` does.
    """
    tables = _table("Rooms", rows, merged, down, across)
    if merged_there:
        tables += _table("Other", rows, merged_there, down, across)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
            "</office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def _table(name: str, rows: list[list[str]], merged: tuple[str, ...], down: int, across: int) -> str:
    over = {_place(one.split(":")[0]): _place(one.split(":")[1]) for one in merged}
    under = {
        (row, column)
        for (top, left), (bottom, right) in over.items()
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - {*over}
    table = ""
    for number, row in enumerate(rows):
        said = f' table:number-rows-repeated="{down}"' if number == len(rows) - 1 and down > 1 else ""
        table += f"<table:table-row{said}>"
        for column, cell in enumerate(row):
            if (number, column) in under:
                table += "<table:covered-table-cell/>"
                continue
            last = over.get((number, column), (number, column))
            said = f' table:number-rows-spanned="{last[0] - number + 1}"' if last[0] > number else ""
            said += f' table:number-columns-spanned="{last[1] - column + 1}"' if last[1] > column else ""
            said += f' table:number-columns-repeated="{across}"' if column == len(row) - 1 and across > 1 else ""
            inside = f' office:value-type="string"{said}><text:p>{cell}</text:p>' if cell else f"{said}>"
            table += f"<table:table-cell{inside}</table:table-cell>"
        table += "</table:table-row>"
    return f'<table:table table:name="{name}">{table}</table:table>'


def _place(name: str) -> tuple[int, int]:
    """Row and column of a cell in one of the first 26 columns: B3."""
    return int(name[1:]) - 1, ord(name[0]) - 65
