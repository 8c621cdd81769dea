"""How large the database is beside the octets of the mail, index and all: every archive there is, and their median."""
import gzip
import json
import os
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from house import House, ROOT  # noqa: E402

FOLDER = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora") / "mbox"
WANTED = {"usrp-users": 0.5, "median": 0.85}

shares = {}
for file in sorted(FOLDER.glob("*.mbox.gz")):
    with House("bench-size") as house:
        house.community("all")
        house.run("archive", "import", "all", file)
        database = house.dir / "guildpost.db"
        shares[file.name.removesuffix(".mbox.gz")] = database.stat().st_size / len(gzip.decompress(file.read_bytes()))
if not shares:
    print(json.dumps({"bench": "size", "skipped": f"no archives in {FOLDER}"}))
    sys.exit(0)
shares["median"] = statistics.median(shares.values())
print(json.dumps({"bench": "size", "of_raw": {name: round(share, 3) for name, share in shares.items()}, "wanted": WANTED}), flush=True)
sys.exit(any(shares.get(name, 0) > limit for name, limit in WANTED.items()))
