"""Import, threads and index: messages a second on one core, beside notmuch, mu and public-inbox in the same run."""
import gzip
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import peers  # noqa: E402
from house import House, ROOT  # noqa: E402

FILE = Path(os.environ.get("GP_CORPORA") or ROOT.parent / "shared" / "corpora") / "mbox" / "usrp-users.mbox.gz"
COUNT = int(os.environ.get("IMPORT_MESSAGES", "4000"))
WANTED = 4.0  # times the fastest peer

if not FILE.exists():
    print(json.dumps({"bench": "import", "skipped": f"no {FILE}"}))
    sys.exit(0)
octets = gzip.decompress(FILE.read_bytes())
parts = octets.split(b"\nFrom ")[:COUNT]
octets = b"\nFrom ".join(parts) + b"\n"
letters = peers.messages(octets)
rates, clocks, sizes = {}, {}, {}
with tempfile.TemporaryDirectory() as scratch:
    mbox = Path(scratch) / "a.mbox"
    mbox.write_bytes(octets)
    with House("bench-import", play=False) as house:
        house.community("usrp")
        clock, cpu = peers.timed(house.command("archive", "import", "usrp", mbox))
        rates["guildpost"], clocks["guildpost"] = len(letters) / cpu, len(letters) / clock
        sizes["guildpost"] = sum(path.stat().st_size for path in house.dir.rglob("*.db*") if path.is_file())
    for name in peers.present():
        clock, cpu, sizes[name] = peers.index(name, Path(scratch) / name, letters)
        rates[name], clocks[name] = len(letters) / cpu, len(letters) / clock
fastest = max((rate for name, rate in rates.items() if name != "guildpost"), default=None)
row = {"bench": "import", "messages": len(letters), "octets": sum(map(len, letters)),
       "per_cpu_second": {name: round(rate) for name, rate in rates.items()},
       "per_second": {name: round(rate) for name, rate in clocks.items()},
       "octets_on_disk": sizes, "times_fastest_peer": round(rates["guildpost"] / fastest, 2) if fastest else None,
       "wanted": WANTED, "skipped": [name for name in peers.NAMES if name not in rates]}
print(json.dumps(row), flush=True)
sys.exit(fastest is not None and rates["guildpost"] < WANTED * fastest)
