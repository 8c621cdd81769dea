/* The line above a quote, as clients write it in many languages, wrapped and whole. */
#include "unit/says.h"

#include "guildpost/base/err.h"
#include "guildpost/base/mem.h"
#include "guildpost/mail/own_text.h"

#define QUOTE "\n> Which reed do you use?\n> Ann\n"

static const char *const lines[] = {
	/* English */
	"On Mon, Jun 1, 2026 at 9:00 AM Ann Lee <ann@a.example> wrote:",
	"On Mon, Jun 1, 2026 at 9:00\u202fAM Ann Lee <ann@a.example> wrote:",
	"On Mon, Jun 1, 2026 at 9:00 AM Ann Lee via Weavers <\nweavers@lists.example.org> wrote:",
	"On Monday, June 1, 2026 at 9:00 AM\nMonica Lee <ann@a.example>\nwrote:",
	"On Tuesday,\n16 June 2026, Ann Lee <ann@a.example> wrote:",
	"On 01.06.26 09:00, Ann Lee wrote:",
	"On 6/1/2026 9:00 AM, Ann Lee wrote:",
	"On 1 Jun 2026, at 09:00, Ann Lee <ann@a.example> wrote:",
	"On Monday Ann wrote:",
	"On Jun 1, 2026 2:10 PM, \"Ann Lee\" <ann@a.example> wrote:",
	"On Mon, 1 Jun 2026 09:00:00 +0200\nAnn Lee <ann@a.example> wrote:",
	"Ann Lee <ann@a.example> writes:",
	"Ann Lee <ann@a.example> writes",
	"Ann Lee <ann@a.example>\nwrote:",
	"Ann Lee via Weavers\n<weavers@lists.example.org> wrote:",
	"Ann Lee wrote:",
	"Ann Lee wrote",
	"Ann Lee wrote on 1 June 2026 at 9:00:",
	"* Ann Lee <ann@a.example> [2026-06-01 09:00]:",
	"Quoting Ann Lee <ann@a.example>:",
	"In article <k1@a.example>, Ann Lee said:",
	"2026/6/1 Ann Lee <ann@a.example>",
	"2016-10-24 15:36 GMT+02:00 Ann Lee <ann@a.example>:",
	/* German */
	"Am 01.06.26 um 09:00 schrieb Ann Lee:",
	"Am 01.06.2026 09:00, schrieb Ann Lee:",
	"Am Mo., 1. Juni 2026 um 09:00 Uhr schrieb Ann Lee <ann@a.example>:",
	"Am Montag, 1. Juni 2026, 09:00:00 CEST schrieb Ann Lee:",
	"Am Montag, dem 01.06.2026 um 09:00 +0200 schrieb Ann Lee:",
	"Ann Lee <ann@a.example> schrieb am Mo., 1. Juni\n2026 um 09:00 Uhr:",
	"Ann Lee <ann@a.example> hat am 01.06.2026 09:00\ngeschrieben:",
	"Ann Lee schrieb:",
	"Zitat von Ann Lee <ann@a.example>:",
	/* French */
	"Le lun. 1 juin 2026 \xc3\xa0 09:00, Ann Lee <ann@a.example> a écrit\xc2\xa0:",
	"Le 01/06/2026 à 09:00, Ann Lee a écrit :",
	"Le 1er juin 2026 à 09:00, Ann Lee <ann@a.example> a\nécrit :",
	"Le lundi 1 juin 2026 à 09:00:00 UTC+2, Ann Lee <ann@a.example> a écrit :",
	"Ann Lee a écrit :",
	/* Spanish */
	"El lun, 1 jun 2026 a las 9:00, Ann Lee (<ann@a.example>) escribió:",
	"El 1/6/26 a las 9:00, Ann Lee escribió:",
	"El lunes, 1 de junio de 2026, Ann Lee <ann@a.example>\nescribió:",
	"El 01-06-2026 9:00, Ann Lee ha escrito:",
	/* Portuguese */
	"Em seg., 1 de jun. de 2026 às 09:00, Ann Lee <ann@a.example>\nescreveu:",
	"Em 01/06/2026 09:00, Ann Lee escreveu:",
	"Em segunda-feira, 1 de junho de 2026 09:00:00 BRT, Ann Lee <ann@a.example> escreveu:",
	"A segunda, 1 de jun. de 2026, 09:00, Ann Lee <ann@a.example> escreveu:",
	"No dia 1 de junho de 2026 às 09:00, Ann Lee <ann@a.example> escreveu:",
	"Citando Ann Lee <ann@a.example>:",
	/* Italian */
	"Il giorno lun 1 giu 2026 alle ore 09:00 Ann Lee <ann@a.example>\nha scritto:",
	"Il 01/06/2026 09:00, Ann Lee ha scritto:",
	"Il lunedì 1 giugno 2026, 09:00:00 CEST, Ann Lee <ann@a.example> ha scritto:",
	"In data 1 giugno 2026 09:00:00, Ann Lee ha scritto:",
	"Ann Lee ha scritto il 01/06/2026 09:00:",
	/* Dutch */
	"Op ma 1 jun. 2026 om 09:00 schreef Ann Lee <ann@a.example>:",
	"Op 01-06-2026 om 09:00 schreef Ann Lee:",
	"Op 1 jun. 2026 om 09:00 heeft Ann Lee <ann@a.example> het volgende\ngeschreven:",
	"Op maandag 1 juni 2026 schreef Ann Lee <ann@a.example>:",
	"Ann Lee schreef op 1-6-2026 om 9:00:",
	/* Polish */
	"W dniu 1.06.2026 o 09:00, Ann Lee pisze:",
	"W dniu pon., 1 cze 2026 o 09:00 Ann Lee <ann@a.example> napisał(a):",
	"pon., 1 cze 2026 o 09:00 Ann Lee <ann@a.example> napisał(a):",
	"Dnia 1 czerwca 2026 9:00 Ann Lee <ann@a.example> napisał(a):",
	"Wiadomość napisana przez Ann Lee <ann@a.example> w dniu 1 cze 2026, o\ngodz. 09:00:",
	/* Russian */
	"пн, 1 июн. 2026 г. в 09:00, Ann Lee <ann@a.example>:",
	"1 июня 2026 г., в 9:00, Ann Lee <ann@a.example> написал(а):",
	"Понедельник, 1 июня 2026, 9:00 +03:00 от Ann Lee <ann@a.example>:",
	"01.06.2026, 09:00, \"Ann Lee\" <ann@a.example>:",
	"В Пн, 01/06/2026 в 09:00 +0300, Ann Lee пишет:",
	"01.06.2026 09:00, Ann Lee пишет:",
	/* Japanese, Chinese, Korean */
	"2026年6月1日(月) 9:00 Ann Lee <ann@a.example>:",
	"2026年6月1日(月) 9:00 Ann Lee <ann@a.example\n>:",
	"2026/06/01 9:00、Ann Lee <ann@a.example> のメール:",
	"Ann Lee さんは書きました:",
	"On 2026/06/01 9:00, Ann Lee wrote:",
	"Ann Lee <ann@a.example> 于2026年6月1日周一 09:00写道：",
	"Ann Lee <ann@a.example> 於 2026年6月1日 週一 上午9:00寫道：",
	"在 2026年6月1日，09:00，Ann Lee <ann@a.example> 写道：",
	"在 2026-06-01 09:00:00，\"Ann Lee\" <ann@a.example> 写道：",
	"2026년 6월 1일 (월) 오전 9:00, Ann Lee <ann@a.example>님이 작성:",
	/* the north and the east */
	"Den mån 1 juni 2026 kl 09:00 skrev Ann Lee <ann@a.example>:",
	"man. 1. jun. 2026 kl. 09:00 skrev Ann Lee <ann@a.example>:",
	"ma 1. kesäk. 2026 klo 9.00 Ann Lee (ann@a.example) kirjoitti:",
	"po 1. 6. 2026 v 9:00 odesílatel Ann Lee <ann@a.example> napsal:",
	"1 Haz 2026 Pzt 09:00 tarihinde Ann Lee <ann@a.example> şunu yazdı:",
};

static void
attribution_lines_fall_in_every_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(lines); i++) {
		SCOPED(gp_free_str) char *text = gp_printf("A twelve.\n\n%s\n%s", lines[i], QUOTE);
		SCOPED(gp_free_str) char *own = gp_own_text(text);

		SAYS_TEXT(lines[i], own, "A twelve.\n");
	}
}

static void
they_fall_at_the_top_as_well(void **state)
{
	(void)state;
	for (size_t i = 0; i < GP_COUNT(lines); i++) {
		SCOPED(gp_free_str) char *text = gp_printf("%s\n%s\nA twelve.\n", lines[i], QUOTE);
		SCOPED(gp_free_str) char *own = gp_own_text(text);

		SAYS_TEXT(lines[i], own, "A twelve.\n");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attribution_lines_fall_in_every_language),
		cmocka_unit_test(they_fall_at_the_top_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
