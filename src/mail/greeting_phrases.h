/* greeting_phrases.h - how mails begin, in the languages of the lists we serve.
 * Folded to lower case. Lists end with NULL. */
#pragma once

static const char *const gp_greeting[] = { "hi", "hello", "hey", "hiya", "dear", "greetings", "good morning",
	"good afternoon", "good evening", "good day", "morning", "gday", "g'day", "howdy", "yo", "hallo", "hallöchen",
	"moin", "moin moin", "servus", "grüezi", "grüß gott", "grüss gott", "liebe", "lieber", "guten tag",
	"guten morgen", "guten abend", "sehr geehrte", "sehr geehrter", "sehr geehrtes", "werte", "werter", "bonjour",
	"bonsoir", "salut", "coucou", "cher", "chers", "chère", "chères", "rebonjour", "hola", "buenos días",
	"buenos dias", "buen día", "buenas tardes", "buenas noches", "buenas", "estimado", "estimados", "estimada",
	"estimadas", "querido", "querida", "queridos", "queridas", "saludos", "olá", "ola", "oi", "bom dia",
	"boa tarde", "boa noite", "caro", "cara", "caros", "caras", "prezado", "prezada", "prezados", "prezadas",
	"cari", "care", "ciao", "salve", "buongiorno", "buonasera", "gentile", "gentili", "egregio", "beste", "hoi",
	"dag", "goedemorgen", "goedemiddag", "goedenavond", "goedendag", "geachte", "lieve", "cześć", "czesc", "hej",
	"witam", "witaj", "witajcie", "dzień dobry", "dzien dobry", "dobry wieczór", "szanowni", "szanowny", "szanowna",
	"drodzy", "drogi", "droga", "привет", "приветствую", "всем привет", "здравствуйте", "здравствуй", "добрый день",
	"добрый вечер", "доброе утро", "доброго дня", "доброго времени суток", "уважаемые", "уважаемый", "уважаемая",
	"дорогие", "дорогой", "дорогая", "вітаю", "hei", "heisann", "tjena", "god morgon", "god dag", "kära", "kjære",
	"kære", "moi", "terve", "hyvä", "ahoj", "dobrý den", "zdravím", "szia", "sziasztok", "kedves", "bună",
	"merhaba", "sevgili", "sayın", "γεια", "xin chào", "namaste", "re", NULL };
/* Those of whom it speaks to: a greeting only when nothing else stands before the mark. */
static const char *const gp_greeting_alone[] = { "all", "everyone", "everybody", "folks", "friends", "team",
	"colleagues", "ladies and gentlemen", "to whom it may concern", "alle", "allerseits", "leute", "tous", "todos",
	"tutti", "allemaal", "wszyscy", "коллеги", "друзья", NULL };
static const char *const gp_thanks[] = { "thanks", "thank you", "many thanks", "thx", "thnx", "ty", "cheers", "danke",
	"vielen dank", "herzlichen dank", "besten dank", "merci", "gracias", "muchas gracias", "obrigado", "obrigada",
	"muito obrigado", "muito obrigada", "grazie", "grazie mille", "mille grazie", "bedankt", "dank je", "dank u",
	"dankjewel", "dzięki", "dziękuję", "спасибо", "большое спасибо", "благодарю", "дякую", "tack", "takk", "kiitos",
	NULL };

/* Words that follow, besides names. */
static const char *const gp_vocative[] = { "all", "everyone", "everybody", "there", "folks", "friends", "team", "group",
	"list", "listers", "members", "guys", "people", "experts", "again", "sir", "madam", "sirs", "ladies",
	"gentlemen", "colleagues", "and", "or", "to", "you", "of", "the", "my", "fellow", "both", "dear", "mr", "mrs",
	"ms", "dr", "prof", "professor", "zusammen", "allerseits", "alle", "an", "liste", "leute", "freunde", "damen",
	"herren", "und", "kollegen", "kolleginnen", "miteinander", "ihr", "lieben", "herr", "frau", "tous", "toutes",
	"à", "et", "le", "la", "collègues", "amis", "ami", "monsieur", "madame", "messieurs", "mesdames", "a", "todos",
	"todas", "amigos", "amigas", "compañeros", "compañeras", "colegas", "señor", "señora", "señores", "y", "e",
	"grupo", "pessoal", "gente", "senhor", "senhora", "tutti", "tutte", "colleghi", "amici", "lista", "signor",
	"signora", "dottor", "allen", "allemaal", "iedereen", "collega's", "vrienden", "heer", "mevrouw", "heren",
	"dames", "en", "wszystkim", "wszystkich", "państwo", "panie", "pani", "panowie", "koledzy", "i", "всем", "все",
	"коллеги", "друзья", "и", "господа", "участники", "alla", "alle sammen", "kaikki", "všem", "mindenki",
	/* behind thanks */
	"a lot", "so much", "very much", "much", "in advance", "for", "your", "help", "reply", "answer", "response",
	"quick", "info", "information", "im voraus", "sehr", "schon", "mal", "vielmals", "für", "die", "ihre", "deine",
	"hilfe", "antwort", "schnelle", "beaucoup", "d'avance", "pour", "votre", "ton", "aide", "réponse", "por", "su",
	"tu", "ayuda", "respuesta", "de antemano", "pela", "ajuda", "resposta", "mille", "per", "il", "vostro", "aiuto",
	"risposta", "in anticipo", "wel", "alvast", "voor", "je", "uw", "hulp", "antwoord", "bardzo", "z góry", "za",
	"pomoc", "odpowiedź", "большое", "заранее", "за", "помощь", "ответ", NULL };

/* Without blanks behind them. */
static const char *const gp_greeting_dense[] = { "こんにちは", "こんばんは", "おはようございます", "おはよう",
	"はじめまして", "初めまして", "皆様", "みなさま", "皆さま", "皆さん", "みなさん", "各位",
	"お世話になっております", "お世話になっています", "お世話になります", "いつもお世話になっております",
	"お疲れ様です", "お疲れさまです", "ご無沙汰しております", "失礼します", "拝啓", "ありがとうございます",
	"ありがとうございました", "你好", "您好", "大家好", "各位好", "各位老师好", "老师好", "早上好", "下午好",
	"晚上好", "早安", "午安", "晚安", "嗨", "诸位", "谢谢", "謝謝", "谢谢大家", "多谢", "感谢", "안녕하세요",
	"안녕하십니까", "안녕", "여러분", "감사합니다", "수고하십니다", NULL };
static const char *const gp_honorific[] = { "様", "さま", "さん", "先生", "殿", "君", "老师", "老師", "同学", "教授",
	"女士", "님", "씨", NULL };
