/* commands.h - the subcommands; main.c has their table.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"

#define GP_COMMAND(name) enum gp_rc gp_cmd_##name(struct gp_app *app, int argc, char **argv, struct gp_err *err)

/* src/cmd/init.c, backup.c, doctor.c */
GP_COMMAND(init);
GP_COMMAND(backup);
GP_COMMAND(restore);
GP_COMMAND(upgrade);
GP_COMMAND(doctor);

/* src/cmd/community.c, member.c */
GP_COMMAND(community_create);
GP_COMMAND(community_show);
GP_COMMAND(community_list);
GP_COMMAND(community_set);
GP_COMMAND(community_close);
GP_COMMAND(space_create);
GP_COMMAND(space_show);
GP_COMMAND(space_list);
GP_COMMAND(space_set);
GP_COMMAND(member_add);
GP_COMMAND(member_remove);
GP_COMMAND(member_set);
GP_COMMAND(member_show);
GP_COMMAND(member_list);
GP_COMMAND(member_import);
GP_COMMAND(subscribe);
GP_COMMAND(unsubscribe);

/* src/cmd/receive.c, accept.c, serve.c, inbox.c, status.c */
GP_COMMAND(receive);
GP_COMMAND(accept);
GP_COMMAND(serve);
GP_COMMAND(inbox_list);
GP_COMMAND(inbox_show);
GP_COMMAND(inbox_retry);
GP_COMMAND(inbox_drop);
GP_COMMAND(status);

/* src/cmd/archive.c, archive_import.c, aside.c, archive_export.c, archive_upkeep.c */
GP_COMMAND(archive_import);
GP_COMMAND(aside_list);
GP_COMMAND(aside_show);
GP_COMMAND(aside_drop);
GP_COMMAND(archive_list);
GP_COMMAND(archive_threads);
GP_COMMAND(archive_thread);
GP_COMMAND(archive_show);
GP_COMMAND(archive_search);
GP_COMMAND(archive_render);
GP_COMMAND(thread_join);
GP_COMMAND(thread_split);
GP_COMMAND(archive_export);
GP_COMMAND(archive_remove);
GP_COMMAND(archive_reindex);
GP_COMMAND(archive_check);
GP_COMMAND(archive_stats);

/* src/cmd/deliver.c, outbox.c, why.c */
GP_COMMAND(deliver);
GP_COMMAND(outbox_list);
GP_COMMAND(outbox_show);
GP_COMMAND(outbox_retry);
GP_COMMAND(outbox_hold);
GP_COMMAND(outbox_release);
GP_COMMAND(outbox_drop);
GP_COMMAND(why);

/* src/cmd/explain.c */
GP_COMMAND(explain);
/* src/cmd/desk.c, held.c, ledger.c */
GP_COMMAND(desk);
GP_COMMAND(held_list);
GP_COMMAND(held_show);
GP_COMMAND(held_free);
GP_COMMAND(held_refuse);
GP_COMMAND(ledger);
/* src/cmd/digest.c */
GP_COMMAND(digest_preview);
GP_COMMAND(digest_list);

/* src/cmd/meeting.c */
GP_COMMAND(meeting_create);
GP_COMMAND(meeting_list);
GP_COMMAND(meeting_show);
GP_COMMAND(meeting_move);
GP_COMMAND(meeting_cancel);
