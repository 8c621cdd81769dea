/* attribution_phrases.h - words by which the line above a quote is known, in the languages of the lists we serve.
 * Folded to lower case. Lists end with NULL. A language is added here and nowhere else. */
#pragma once

static const char *const gp_wrote[] = { "wrote", "writes", " said", " says:", "schrieb", "schreibt", "geschrieben",
	"écrit", "a ?crit", "escribió", "escribio", "escribi?", "escribe", "escrito", "escreveu", "escreve", "scritto",
	"scrive", "schreef", "schrijft", "geschreven", "napisał", "napisal", "napisa?", "napisana przez",
	"napisany przez", "pisze", "написал", "написано", "пишет", "писал", "написав", "пише", "skrev", "skriver",
	"kirjoitti", "yazdı", "写道", "寫道", "写到", "写了", "のメッセージ", "書きました", "書いた", "のメール",
	"さんからの", "작성", "님이 쓴", "đã viết", "a scris", "napsal", "napísal", "írta", "έγραψε", "escrit", "כתב",
	"كتب", "menulis", NULL };

/* In front of a name. */
static const char *const gp_quoting[] = { "quoting ", "zitat von ", "zitiere ", "citando a ", "citando ", "citeren ",
	"citerar ", "citerer ", "cytowanie ", "cytat ", "цитирую ", "selon ", "mensaje citado por ", "scrive ",
	"in article <", "in message <", "in message ", "previously, ", "thus spake ", "thus spoke ", "also sprach ",
	"begin quote from ", "citat från ", NULL };

/* In front of a date. */
static const char *const gp_opener[] = { "on ", "at ", "am ", "le ", "el ", "em ", "il ", "op ", "dnia ", "w ", "den ",
	"på ", "pe ", "в ", "во ", "from ", "la ", "dne ", "dňa ", "vào ", "in ", "no ", "a ", "à ", "as ", "dana ",
	"vom ", "ngày ", "el día ", "il giorno ", "(on ", "[on ", NULL };

static const char *const gp_weekday[] = { "mon", "monday", "tue", "tues", "tuesday", "wed", "wednesday", "thu", "thur",
	"thurs", "thursday", "fri", "friday", "sat", "saturday", "sun", "sunday", "montag", "dienstag", "mittwoch",
	"donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "mo.", "di.", "mi.", "do.", "fr.", "sa.", "so.",
	"lun", "mar", "mer", "jeu", "ven", "sam", "dim", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
	"dimanche", "mié", "mie", "jue", "vie", "sáb", "sab", "dom", "lunes", "martes", "miércoles", "jueves",
	"viernes", "sábado", "domingo", "seg", "ter", "qua", "qui", "sex", "segunda", "segunda-feira", "terça",
	"terça-feira", "quarta", "quarta-feira", "quinta", "quinta-feira", "sexta", "sexta-feira", "gio", "lunedì",
	"martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica", "giorno", "maandag", "dinsdag", "woensdag",
	"donderdag", "vrijdag", "zaterdag", "zondag", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "poniedziałek",
	"wtorek", "środa", "środę", "czwartek", "piątek", "sobota", "sobotę", "niedziela", "niedzielę", "пн", "вт",
	"ср", "чт", "пт", "сб", "вс", "нд", "понедельник", "вторник", "среда", "среду", "четверг", "пятница", "пятницу",
	"суббота", "субботу", "воскресенье", "mån", "tis", "ons", "tors", "fre", "lör", "sön", "man", "tir", "lør",
	"søn", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag", NULL };
/* Too short to be known but behind one of the words in front of a date. */
static const char *const gp_weekday_short[] = { "mo", "di", "mi", "do", "fr", "sa", "so", "ma", "wo", "vr", "za", "zo",
	"po", "út", "st", "čt", "pá", NULL };

/* How the name of a month begins, behind a day. */
static const char *const gp_month[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
	"dec", "mär", "mrz", "mai", "okt", "dez", "fév", "fev", "avr", "juin", "juil", "août", "aou", "déc", "ene",
	"abr", "ago", "dic", "out", "set", "gen", "mag", "giu", "lug", "ott", "mei", "mrt", "sty", "lut", "kwi", "maj",
	"cze", "lip", "sie", "wrz", "paź", "lis", "gru", "янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг",
	"сен", "окт", "ноя", "дек", "січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "гру", "led",
	"úno", "bře", "dub", "kvě", "čer", "srp", "zář", "říj", "pro", "tammi", "helmi", "maalis", "huhti", "touko",
	"kesä", "heinä", "elo", "syys", "loka", "marras", "joulu", "oca", "şub", "nis", "haz", "tem", "ağu", "eyl",
	"eki", "kas", "ara", NULL };
/* In front of one: "june 1". */
static const char *const gp_month_whole[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept",
	"oct", "nov", "dec", "january", "february", "march", "april", "june", "july", "august", "september", "october",
	"november", "december", NULL };
