#define ZDICT_STATIC_LINKING_ONLY /* ZDICT_trainFromBuffer_fastCover */
#include <zdict.h>

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "guildpost/store/raw.h"
#include "store/packing.h"

#define FIRST_POSTS  256
#define LEAST_POSTS  32
#define GROWTH	     16 /* times as many posts ask for another dictionary */
#define SAMPLE_POSTS 1000
#define SAMPLE_EACH  8192u /* octets of a post: what posts share stands at their beginning */
#define DICTIONARY   (110u << 10) /* octets at most */
#define SMALLEST     1024u
#define PORTION	     24 /* a dictionary is at most this part of what it is learnt from: a small space pays for it too */
#define GRAM	     12 /* octets: what is shorter tells nothing of a post */
#define SHARED_BY    3 /* posts */
#define OCTETS_MAX   (160u << 20)

struct sample {
	char *octets; /* one behind the other */
	size_t n, *sizes;
	unsigned count;
	struct gp_buf dictionary;
};

static void
release_sample(struct sample *sample)
{
	free(sample->octets);
	free(sample->sizes);
	gp_buf_release(&sample->dictionary);
}

/* --- what is there -------------------------------------------------------------------------- */

enum gp_rc
gp_packer_load(struct gp_packer *packer, struct gp_err *err)
{
	static const char counting[] = "SELECT count(*) AS n FROM message WHERE space_id = :space";
	static const char newest[] = "SELECT dictionary_id, posts, octets FROM dictionary WHERE space_id = :space"
				     " ORDER BY dictionary_id DESC LIMIT 1";
	SCOPED(gp_query_free) struct gp_query *count = NULL;
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	const void *octets;
	bool found;
	size_t n;

	packer->due = FIRST_POSTS;
	GP_TRY(gp_query_open(packer->db, counting, &count, err));
	gp_bind_int(count, ":space", packer->space_id);
	GP_TRY(gp_query_next(count, &found, err));
	packer->posts = gp_col_int(count, "n");
	GP_TRY(gp_query_open(packer->db, newest, &query, err));
	gp_bind_int(query, ":space", packer->space_id);
	GP_TRY(gp_query_next(query, &found, err));
	if (!found)
		return GP_OK;
	octets = gp_col_blob(query, "octets", &n);
	packer->due = gp_col_int(query, "posts") * GROWTH;
	gp_packer_use(packer, gp_col_int(query, "dictionary_id"), octets, n);
	return GP_OK;
}

/* --- learning ------------------------------------------------------------------------------- */

/* Posts from all over the space. */
static enum gp_rc
take_sample(struct gp_packer *packer, struct sample *sample, struct gp_err *err)
{
	static const char sql[] = "SELECT raw_id FROM message WHERE space_id = :space AND id % :step = 0 LIMIT :most";
	SCOPED(gp_query_free) struct gp_query *query = NULL;
	bool found;

	sample->octets = gp_new((size_t)SAMPLE_POSTS * SAMPLE_EACH);
	sample->sizes = gp_new_array(SAMPLE_POSTS, sizeof(*sample->sizes));
	GP_TRY(gp_query_open(packer->db, sql, &query, err));
	gp_bind_int(query, ":space", packer->space_id);
	gp_bind_int(query, ":step", packer->posts / SAMPLE_POSTS + 1);
	gp_bind_int(query, ":most", SAMPLE_POSTS);
	for (;;) {
		SCOPED(gp_buf_release) struct gp_buf octets = GP_BUF_INIT(OCTETS_MAX);
		size_t n;

		GP_TRY(gp_query_next(query, &found, err));
		if (!found)
			return GP_OK;
		GP_TRY(gp_raw_load(packer->db, gp_col_int(query, "raw_id"), &octets, err));
		n = octets.len < SAMPLE_EACH ? octets.len : SAMPLE_EACH;
		memcpy(sample->octets + sample->n, octets.data, n);
		sample->n += n;
		sample->sizes[sample->count++] = n;
	}
}

struct gram { /* GRAM octets of the dictionary, and in how many posts they stand */
	const char *at;
	unsigned posts, last;
};
struct grams {
	struct gram *v;
	size_t mask;
};

static void
free_grams(struct grams *grams)
{
	free(grams->v);
}

static struct gram *
find_gram(const struct grams *grams, const char *at)
{
	uint64_t head;
	uint32_t tail;
	size_t i;

	memcpy(&head, at, 8);
	memcpy(&tail, at + 8, 4);
	i = (size_t)(((head ^ ((uint64_t)tail << 20)) * 0x9e3779b97f4a7c15u) >> 40) & grams->mask;
	while (grams->v[i].at != NULL && memcmp(grams->v[i].at, at, GRAM) != 0)
		i = (i + 1) & grams->mask;
	return &grams->v[i];
}

static void
count_grams(struct grams *grams, const struct sample *sample)
{
	const char *at = sample->octets;

	for (unsigned i = 0; i < sample->count; at += sample->sizes[i++])
		for (size_t j = 0; j + GRAM <= sample->sizes[i]; j++) {
			struct gram *gram = find_gram(grams, at + j);

			if (gram->at != NULL && gram->last != i + 1) {
				gram->last = i + 1;
				gram->posts++;
			}
		}
}

/* What fewer posts share goes out of the dictionary: it is what one of them alone said. */
static size_t
keep_shared(char *octets, size_t n, const struct sample *sample)
{
	SCOPED(free_grams) struct grams grams = { gp_new_array(1u << 18, sizeof(struct gram)), (1u << 18) - 1 };
	SCOPED(gp_free_str) char *copy = gp_memdup(octets, n);
	size_t kept = 0, covered = 0; /* covered: up to here octets of the copy stay */

	for (size_t i = 0; i + GRAM <= n; i++)
		find_gram(&grams, copy + i)->at = copy + i;
	count_grams(&grams, sample);
	for (size_t i = 0; i < n; i++) {
		if (i + GRAM <= n && find_gram(&grams, copy + i)->posts >= SHARED_BY)
			covered = i + GRAM;
		if (i < covered)
			octets[kept++] = copy[i];
	}
	return kept;
}

/* Leaves sample->dictionary empty where there is too little to learn. */
static void
learn_from(struct sample *sample)
{
	SCOPED(gp_free_str) char *octets = gp_new(DICTIONARY);
	SCOPED(gp_free_str) char *whole = gp_new(DICTIONARY);
	ZDICT_fastCover_params_t how = { .k = 200, .d = 8, .f = 18, .accel = 4 };
	size_t most = sample->n / PORTION < DICTIONARY ? sample->n / PORTION : DICTIONARY, n, head;

	if (most < SMALLEST)
		return;
	n = ZDICT_trainFromBuffer_fastCover(octets, most, sample->octets, sample->sizes, sample->count, how);
	if (ZDICT_isError(n))
		return;
	head = ZDICT_getDictHeaderSize(octets, n);
	if (ZDICT_isError(head))
		return;
	memmove(octets, octets + head, n - head);
	n = keep_shared(octets, n - head, sample);
	if (n < SMALLEST / 2)
		return;
	n = ZDICT_finalizeDictionary(
	    whole, DICTIONARY, octets, n, sample->octets, sample->sizes, sample->count, how.zParams);
	if (!ZDICT_isError(n))
		gp_buf_add(&sample->dictionary, whole, n);
}

static enum gp_rc
keep_dictionary(struct gp_packer *packer, const struct gp_buf *octets, int64_t now, struct gp_err *err)
{
	static const char sql[] = "INSERT INTO dictionary (space_id, posts, created_at, octets)"
				  " VALUES (:space, :posts, :now, :octets)";
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_query_free) struct gp_query *query = NULL;

	GP_TRY(gp_tx_begin(packer->db, &tx, err));
	GP_TRY(gp_query_open(packer->db, sql, &query, err));
	gp_bind_int(query, ":space", packer->space_id);
	gp_bind_int(query, ":posts", packer->posts);
	gp_bind_int(query, ":now", now);
	gp_bind_blob(query, ":octets", octets->data, octets->len);
	GP_TRY(gp_query_do(query, err));
	gp_packer_use(packer, gp_db_inserted(packer->db), octets->data, octets->len);
	return gp_tx_commit(&tx, err);
}

static enum gp_rc
learn(struct gp_packer *packer, int64_t now, struct gp_err *err)
{
	SCOPED(release_sample) struct sample sample = { .dictionary = GP_BUF_INIT(DICTIONARY) };

	GP_TRY(take_sample(packer, &sample, err));
	learn_from(&sample);
	packer->due = packer->posts * GROWTH;
	if (sample.dictionary.len == 0)
		return GP_OK;
	return keep_dictionary(packer, &sample.dictionary, now, err);
}

enum gp_rc
gp_packer_learn(struct gp_packer *packer, int64_t posts, bool last, int64_t now, struct gp_err *err)
{
	packer->posts += posts;
	if (packer->posts >= packer->due || (last && packer->digested == NULL && packer->posts >= LEAST_POSTS))
		return learn(packer, now, err);
	return GP_OK;
}
