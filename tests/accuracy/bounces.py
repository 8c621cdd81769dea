"""Reports of delivery: whom they name, and what they make of it."""
from corpora import explain_all, members, table
from rows import Row


def reports():
    """Policy counts as permanent; 5.2.2, and what autoreply-expected.tsv labels otherwise, is left out."""
    label = {row[0]: row[1] for row in table("autoreply-expected.tsv")}
    rows, fault = explain_all(members("dsn.tar.gz"))
    total, missed = 0, [fault] if fault else []
    for name, address, wanted, status, reason, *_ in table("dsn-expected.tsv"):
        if status == "5.2.2" or label.get(f"dsn.tar.gz:{name}", "not-an-autoreply") != "not-an-autoreply":
            continue
        got = {row["recipient"].lower(): row["verdict"].replace("policy", "permanent") for row in rows[name]["bounce"]}
        total += 1
        if wanted == "ignore":
            right = all(verdict == "ignore" for verdict in got.values())
        elif address == "-":
            right = wanted in got.values()
        else:
            right = got.get(address.lower()) == wanted
        if not right:
            missed.append(f"{name}: {address} {wanted} {status} {reason}; found {rows[name]['kind']} {rows[name]['bounce']}")
    return Row("reports of delivery: address and class", total - len(missed), total, 0.97, missed)


MEASURES = [reports]
