"""Loads the sandbox ERP's purchase orders into Postgres with dlt, in the mode that the first argument names.

Prints one JSON line at its end: seconds since 1970 when the imports and when the load were done. The database comes from
DESTINATION__POSTGRES__CREDENTIALS, the ERP from ERP_URL and ERP_PASSWORD, the folder of the pipeline's state from PIPELINES_DIR.
"""

import json
import os
import sys
import time

import dlt
import modes
from dlt.sources.helpers import requests

imported_at = time.time()


def main() -> None:
    mode = sys.argv[1]
    url = os.environ["ERP_URL"]
    source, options = modes.source_of(mode, url, login(url, os.environ["ERP_PASSWORD"]))
    pipeline = dlt.pipeline(
        pipeline_name=f"bench_{mode}",
        pipelines_dir=os.environ["PIPELINES_DIR"],
        destination=dlt.destinations.postgres(),
        dataset_name="erp",
    )
    pipeline.run(source, **options).raise_on_failed_jobs()
    print(json.dumps({"imported_at": imported_at, "loaded_at": time.time()}))


def login(url: str, password: str) -> str:
    answer = requests.post(f"{url}/login", json={"user": "demo", "password": password})
    answer.raise_for_status()
    return answer.json()["Token"]


# Normalising in several processes starts this file again in each of them.
if __name__ == "__main__":
    main()
