"""Memory while an archive is imported, every one there is: the most that all its processes hold at one time."""
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import peers  # noqa: E402
from corpora import CORPORA  # noqa: E402
from house import House  # noqa: E402

WANTED_MB = 100

held = {}
for file in sorted((CORPORA / "mbox").glob("*.mbox.gz")):
    with House("memory") as house:
        house.community("all")
        importer = subprocess.Popen(house.command("archive", "import", "all", file), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with peers.Memory(importer.pid, every=0.02) as memory:
            importer.wait()
        if importer.returncode != 0:
            raise AssertionError(f"{file.name}: the import ended with {importer.returncode}")
        held[file.name.removesuffix(".mbox.gz")] = memory.peak_mb
if not held:
    print(json.dumps({"bench": "memory", "skipped": f"no archives in {CORPORA}"}))
    sys.exit(0)
print(json.dumps({"bench": "memory", "import_peak_mb": {name: round(peak) for name, peak in held.items()}, "worst": max(held, key=held.get),
                  "wanted_mb": WANTED_MB}), flush=True)
sys.exit(max(held.values()) > WANTED_MB)
