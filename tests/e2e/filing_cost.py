"""Filing a post costs the same, however many members will have a copy (DESIGN.md rule 3)."""
import outbox
from house import done, ok

few, many = outbox.filing(100), outbox.filing(4000)
ok(many[0] <= 1.05 * few[0] and few[0] > 20, "as many statements at 4,000 members as at 100", (few, many))
ok(many[1] <= 1.05 * few[1] and few[1] > 10, "and as many pages written", (few, many))
done()
