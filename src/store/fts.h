/* fts.h - our own ways of splitting and ranking, made known to the full-text engine.  Private to the store. */
#pragma once

struct sqlite3;
/* Registers with a connection the tokenizer "guildpost" and the rank gp_rank(index, weight of each column...). A text
 * that begins with \1 LANGUAGE \1 is split by the words of that language (store/words.h). Returns an SQLite code. */
int gp_fts_register(struct sqlite3 *handle);
