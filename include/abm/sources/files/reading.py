"""Read CSV and Parquet files in batches, and say where a file cannot be read."""

from __future__ import annotations

import contextlib
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from abm.sources.files.mapping import FileFormat

MAX_HEADER_BYTES = 1 << 20  # a header this long is no header; bounds what is read to find that out
MAX_COLUMNS = 10_000
_BLOCK_BYTES = 4 << 20
_BATCH_ROWS = 50_000
_CLOSE_QUOTES = "Close each quotation mark that a cell opens; write one inside a cell twice"
_ZIP_MARK = b"PK\x03\x04"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class InputFile:
    """One file of a mapped entity."""

    path: Path
    format: FileFormat

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_parquet(self) -> bool:
        return self.path.suffix == ".parquet"

    def header_faults(self, columns: Sequence[str]) -> Iterator[Fault]:
        """Yield what is wrong with the file's header, of which no more than a bounded part is read."""
        try:
            header = pq.read_schema(self.path).names if self.is_parquet else self._csv_header()
        except ConfigurationError as error:
            yield from error.faults
            return
        except (OSError, pa.ArrowException):
            yield self._unreadable()
            return
        for column in columns:
            if (times := header.count(column)) != 1:
                problem = "stands in the header more than once" if times else "is not in the header"
                yield Fault(f"file {self.name}, column {column!r}", problem, self._header_remedy(header, column))

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the columns' rows in the file's order, CSV cells as text; raises ConfigurationError with the place."""
        try:
            if self.is_parquet:
                with pq.ParquetFile(self.path) as file:
                    yield from file.iter_batches(_BATCH_ROWS, columns=list(columns))
                return
            with pa.input_stream(self.path) as stream, self._open_csv(stream, columns) as reader:
                yield from reader
        except OSError:
            raise ConfigurationError(self._unreadable()) from None
        except (pa.ArrowException, UnicodeError) as error:
            raise ConfigurationError(self._reading_fault(str(error))) from None  # its text quotes the row
        if (fault := self._unclosed_fault()) is not None:
            raise ConfigurationError(fault)

    def _unreadable(self) -> Fault:
        return Fault(f"file {self.name}", "cannot be read", "Check its permissions and that it is whole")

    def place(self, row: int) -> str:
        """Return 'file F, line N' of a row counted from 0; cells may span lines, so the file is read up to it."""
        if self.is_parquet:
            return f"file {self.name}, row {row + 1}"
        left = row
        with self._open_text() as text, contextlib.suppress(csv.Error):
            reader = csv.reader(text, delimiter=self.format.delimiter)
            next(reader)
            start = reader.line_num
            for cells in reader:
                if cells and (left := left - 1) < 0:
                    return f"file {self.name}, line {start + 1}"
                start = reader.line_num
        return f"file {self.name}, row {row + 1}"

    def _open_csv(self, stream: Any, columns: Sequence[str]) -> pacsv.CSVStreamingReader:
        return pacsv.open_csv(
            stream,
            read_options=pacsv.ReadOptions(encoding=self.format.encoding, block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(delimiter=self.format.delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                include_columns=list(columns),
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=list(self.format.nulls),
                strings_can_be_null=True,
            ),
        )

    def _csv_header(self) -> list[str]:
        with pa.input_stream(self.path) as stream:
            head = stream.read(MAX_HEADER_BYTES)
        if not head.strip():
            raise ConfigurationError(
                Fault(f"file {self.name}", "is empty", "Export it again, or leave its entity out of the mapping")
            )
        if head.startswith(_ZIP_MARK):
            raise ConfigurationError(
                Fault(f"file {self.name}", "is a workbook or zip archive", "Save it as 'CSV UTF-8', or unpack it")
            )
        if head.startswith(_UTF16_MARKS) and not self.format.encoding.lower().startswith("utf-16"):
            raise ConfigurationError(
                Fault(f"file {self.name}", "is UTF-16", "Set 'encoding: utf-16' at its entity in the mapping")
            )
        text = head.decode(self.format.encoding, errors="replace").removeprefix("\ufeff")
        if len(head) == MAX_HEADER_BYTES and "\n" not in text and "\r" not in text:
            raise ConfigurationError(self._header_too_long(f"is longer than {MAX_HEADER_BYTES:,} bytes"))
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.format.delimiter))
        except csv.Error:
            raise ConfigurationError(self._header_too_long("cannot be read as CSV")) from None
        if len(header) > MAX_COLUMNS:
            raise ConfigurationError(
                self._header_too_long(f"has {len(header):,} columns, at most {MAX_COLUMNS:,} are read")
            )
        return header

    def _header_too_long(self, problem: str) -> Fault:
        return Fault(
            f"file {self.name}, header", problem, "Check that it is the right file; export only what is mapped"
        )

    def _header_remedy(self, header: list[str], column: str) -> str:
        if len(header) == 1 and (found := next((sign for sign in ";\t|," if sign in header[0]), None)):
            return f"The cells seem to be separated by {found!r}: set 'delimiter' at its entity in the mapping"
        near = [name for name in header if name.strip().casefold() == column.strip().casefold()]
        if near:
            return f"Write it as the file does, {near[0]!r}, once"
        shown = ", ".join(header[:20]) + (", …" if len(header) > 20 else "")  # noqa: PLR2004 (enough to find one's way)
        return f"It has {shown}"

    def _reading_fault(self, told: str) -> Fault:
        if self.is_parquet:
            return self._unreadable()
        if (fault := self._encoding_fault()) is not None:
            return fault
        if (fault := self._ragged_fault()) is not None:
            return fault
        if "straddl" in told:
            return Fault(f"file {self.name}", f"has a row longer than {_BLOCK_BYTES:,} bytes", _CLOSE_QUOTES)
        return Fault(f"file {self.name}", "cannot be read as CSV", "Check its delimiter, quotes and encoding")

    def _encoding_fault(self) -> Fault | None:
        encoding = self.format.encoding
        if encoding.lower().startswith(("utf-16", "utf-32")):
            return None  # lines cannot be told apart byte by byte
        with self._open_bytes() as lines:
            for number, line in enumerate(lines, 1):
                try:
                    line.decode(encoding)
                except UnicodeDecodeError as error:
                    return Fault(
                        f"file {self.name}, line {number}",
                        f"byte 0x{line[error.start]:02x} at {error.start + 1} is not {encoding}",
                        "Set 'encoding: latin-1' (or what it was written in) at its entity in the mapping",
                    )
        return None

    def _ragged_fault(self) -> Fault | None:
        with self._open_text() as text:
            reader = csv.reader(text, delimiter=self.format.delimiter)
            try:
                width = len(next(reader))
                start = reader.line_num
                for cells in reader:
                    if cells and len(cells) != width:
                        return Fault(
                            f"file {self.name}, line {start + 1}",
                            f"has {len(cells)} cells, the header {width}",
                            "Quote cells that hold the delimiter, a quotation mark or a line break",
                        )
                    start = reader.line_num
            except (csv.Error, UnicodeError):
                return None
        return None

    def _unclosed_fault(self) -> Fault | None:
        """Find a quotation mark that swallowed the rest of the file, which Arrow takes for one long cell."""
        with self._open_bytes() as stream:
            if sum(chunk.count(b'"') for chunk in iter(lambda: stream.read(_BLOCK_BYTES), b"")) % 2 == 0:
                return None
        with self._open_text() as text:
            reader = csv.reader(text, delimiter=self.format.delimiter, strict=True)
            start = 0
            try:
                for _ in reader:
                    start = reader.line_num
            except csv.Error as error:
                if "unexpected end" in str(error) or "field limit" in str(error):
                    return Fault(f"file {self.name}, line {start + 1}", "has an unclosed quotation mark", _CLOSE_QUOTES)
        return None

    def _open_text(self) -> io.TextIOWrapper:
        encoding = "utf-8-sig" if self.format.encoding.lower() in {"utf-8", "utf8"} else self.format.encoding
        return io.TextIOWrapper(self._open_bytes(), encoding=encoding, newline="")

    def _open_bytes(self) -> io.BufferedReader:
        stream: Any = pa.input_stream(self.path)  # unpacks .gz and the like by name
        return io.BufferedReader(stream)


def find_files(folder: Path, mapped: FileFormat, where: str) -> list[InputFile]:
    """Return the files of a mapped entity in the order of their names; raises ConfigurationError for none."""
    exact = folder / mapped.file
    try:
        paths = [exact] if exact.is_file() else sorted(path for path in folder.glob(mapped.file) if path.is_file())
    except (NotImplementedError, ValueError):
        paths = []  # no pattern, or one that leaves the folder
    if not paths:
        there = sorted(path.name for path in folder.iterdir())[:20]
        raise ConfigurationError(
            Fault(where, f"no file {mapped.file!r} in {folder}", f"It has {', '.join(there) or 'no files'}")
        )
    return [InputFile(path, mapped) for path in paths]
