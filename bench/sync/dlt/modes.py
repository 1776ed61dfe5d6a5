"""The modes in which dlt is compared. All of them merge by the order's id, so that a key that comes twice stays one row."""

from typing import Any, Iterator

import dlt
import orjson
from dlt.sources.helpers import requests

TABLE = "purchase_orders"
PATH = "purchase-orders"
PAGE_SIZE = 1000
KEY = {"primary_key": "Id", "columns": {"Id": {"data_type": "text", "unique": True}}}
FILE_ITEMS_MAX = 20_000
UPSERT = {"disposition": "merge", "strategy": "upsert"}


def source_of(mode: str, url: str, token: str) -> tuple[Any, dict[str, Any]]:
    """The source of a mode, and what `pipeline.run` is given with it."""
    if mode == "default":
        return rest_source(url, token), {}
    if mode == "json":
        return rest_source(url, token, max_table_nesting=0), {}
    if mode == "tuned":
        return tuned_source(url, token), {"loader_file_format": "csv"}
    if mode == "arrow":
        return arrow_source(url, token), {"loader_file_format": "parquet"}
    raise SystemExit(f"There is no mode {mode}: use default, json, tuned or arrow.")


def rest_source(url: str, token: str, **resource: Any) -> Any:
    """dlt's own REST source, as its documentation sets it up; without a limit on nesting, lines get a table of their own."""
    from dlt.sources.rest_api import rest_api_source

    endpoint = {"path": PATH, "params": {"order": "id", "limit": PAGE_SIZE}, "data_selector": "Items"}
    return rest_api_source(
        {
            "client": {
                "base_url": url,
                "auth": {"type": "bearer", "token": token},
                "paginator": {"type": "json_link", "next_url_path": "Next"},
            },
            "resources": [{"name": TABLE, "write_disposition": "merge", "endpoint": endpoint, **KEY, **resource}],
        }
    )


def tuned_source(url: str, token: str) -> Any:
    """Pages by a fast parser, types that are known and not inferred, one row an order, and an upsert in place of delete and insert."""
    dlt.config["normalize.workers"] = 2
    # Several files, so that both processes have work.
    dlt.config["data_writer.file_max_items"] = FILE_ITEMS_MAX
    dlt.config["data_writer.disable_compression"] = True
    types = {
        "timestamp": ("CreatedAt", "ChangedAt"),
        "date": ("OrderDate", "ExpectedDate"),
        "double": ("TotalNet",),
        "text": ("ExternalReference", "Remarks"),
        "json": ("PaymentTerms", "CustomFields", "Lines"),
    }
    columns = {name: {"data_type": kind} for kind, names in types.items() for name in names}
    return dlt.resource(
        pages(url, token),
        name=TABLE,
        primary_key="Id",
        columns={**columns, **KEY["columns"]},
        write_disposition=UPSERT,
        max_table_nesting=0,
    )


def arrow_source(url: str, token: str) -> Any:
    """Arrow tables, which dlt passes on as Parquet to the ADBC driver: nothing is normalised, and times and lines stay texts."""
    return dlt.resource(map(to_arrow, pages(url, token)), name=TABLE, write_disposition=UPSERT, **KEY)


def to_arrow(page: list[dict[str, Any]]) -> Any:
    import pyarrow

    columns = {name: [order[name] for order in page] for name in page[0]}
    for name in ("PaymentTerms", "CustomFields", "Lines"):
        columns[name] = [orjson.dumps(value).decode() for value in columns[name]]
    # Null in every order, so they have no type of their own.
    texts = {name: pyarrow.array(columns[name], type=pyarrow.string()) for name in ("ExternalReference", "Remarks")}
    return pyarrow.table({**columns, **texts})


def pages(url: str, token: str) -> Iterator[list[dict[str, Any]]]:
    """The pages of the ERP, by its own links, over one kept connection."""
    session = requests.Client().session
    session.headers["authorization"] = f"Bearer {token}"
    path = f"/{PATH}?order=id&limit={PAGE_SIZE}"
    while path is not None:
        answer = session.get(url + path)
        answer.raise_for_status()
        page = orjson.loads(answer.content)
        yield page["Items"]
        path = page["Next"]
