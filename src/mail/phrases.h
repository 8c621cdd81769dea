/* phrases.h - words by which mail clients and their users are known, in the languages of the lists we serve.
 * All folded to lower case. Lists end with NULL. A language is added here and nowhere else. */
#pragma once

/* "... wrote:" at the end of an attribution line. */
static const char *const gp_wrote[] = { "wrote", "writes", " said", "schrieb", "geschrieben", "écrit", "escribió",
	"escribio", "ha escrito", "escreveu", "scritto", "scrive", "schreef", "geschreven", "napisał", "napisala",
	"pisze", "написал", "пишет", "писал", "написав", "пише", "skrev", "kirjoitti", "yazdı", "写道", "寫道", "写到",
	"のメッセージ", "書きました", "書いた", "wrote", "작성", "đã viết", "a scris", "napsal", "írta", "έγραψε",
	"escrit", "כתב", "كتب", "menulis", NULL };

/* How an attribution line begins; a digit does too. */
static const char *const gp_wrote_opens[] = { "on ", "at ", "am ", "le ", "el ", "em ", "il ", "op ", "dnia ",
	"w dniu ", "den ", "på ", "pe ", "в ", "во ", "from ", "quoting ", "zitat von ", "la ", "dne ", "vào ", "in ",
	"il giorno ", "no dia ", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "jeu", "ven",
	"sam", "dim", "pon", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "пон", "* ", "\"", "'", NULL };

/* Between dashes, above what is answered. */
static const char *const gp_original[] = { "original message", "original-nachricht", "ursprüngliche nachricht",
	"originalnachricht", "message d'origine", "message d’origine", "message original", "mensaje original",
	"mensagem original", "messaggio originale", "oorspronkelijk bericht", "oryginalna wiadomość",
	"wiadomość oryginalna", "исходное сообщение", "оригинальное сообщение", "ursprungligt meddelande",
	"opprinnelig melding", "oprindelig meddelelse", "alkuperäinen viesti", "původní zpráva", "original email",
	"original mail", "原始邮件", "原始郵件", "元のメッセージ", "원본 메시지", "orijinal mesaj", "reply message",
	"reply to message", NULL };
static const char *const gp_forwarded[] = { "forwarded message", "forwarded by", "begin forwarded message",
	"weitergeleitete nachricht", "anfang der weitergeleiteten", "message transféré", "début du message",
	"mensaje reenviado", "inicio del mensaje reenviado", "mensagem encaminhada", "início da mensagem",
	"messaggio inoltrato", "inizio messaggio", "doorgestuurd bericht", "wiadomość przekazana",
	"пересылаемое сообщение", "переадресованное сообщение", "转发的邮件", "转发邮件", "転送されたメッセージ",
	"전달된 메시지", "vidarebefordrat meddelande", NULL };

/* Fields of the header that Outlook and its like put above what is answered. */
static const char *const gp_quoted_from[] = { "from", "von", "de", "da", "van", "od", "от", "від", "från", "fra",
	"lähettäjä", "差出人", "发件人", "寄件者", "보낸 사람", "보낸사람", "kimden", "feladó", "από", "expéditeur",
	NULL };
static const char *const gp_quoted_field[] = { "sent", "date", "to", "cc", "bcc", "subject", "reply-to", "importance",
	"gesendet", "datum", "an", "betreff", "envoyé", "à", "objet", "enviado", "enviado el", "enviada em", "fecha",
	"para", "asunto", "data", "assunto", "inviato", "a", "oggetto", "verzonden", "aan", "onderwerp", "wysłano",
	"do", "temat", "data wysłania", "отправлено", "дата", "кому", "копия", "тема", "skickat", "till", "ämne",
	"kopia", "sendt", "til", "emne", "lähetetty", "vastaanottaja", "aihe", "送信日時", "日時", "宛先", "件名",
	"发送时间", "发送日期", "日期", "时间", "收件人", "抄送", "主题", "寄件日期", "收件者", "副本", "主旨",
	"보낸 날짜", "날짜", "받는 사람", "받는사람", "제목", "참조", "надіслано", "hora", "organization", "x-sent",
	NULL };

/* Lines that phones and providers add. */
static const char *const gp_sent_from[] = { "sent from my", "sent from mobile", "sent from yahoo", "sent from outlook",
	"sent from a ", "sent from an ", "sent from the ", "sent from mail for", "sent from samsung",
	"sent from proton", "sent with proton", "sent via ", "sent on the go", "sent using", "get outlook for",
	"von meinem ", "gesendet von ", "gesendet mit ", "von unterwegs", "outlook für ", "envoyé de mon ",
	"envoyé depuis ", "envoyé à partir ", "envoyé avec ", "télécharger outlook", "provenance : courrier",
	"enviado desde ", "enviado do meu ", "enviado de meu ", "enviado a partir ", "enviado de mi", "obtener outlook",
	"obter o outlook", "inviato da ", "inviato dal ", "ottieni outlook", "verstuurd vanaf ", "verzonden vanaf ",
	"verzonden met ", "outlook voor ", "wysłane z ", "wysłano z ", "pobierz outlook", "отправлено с ",
	"отправлено из ", "відправлено з ", "sendt fra ", "skickat från ", "skickad från ", "lähetetty ",
	"iphoneから送信", "ipadから送信", "从我的", "发自我的", "發自我的", "来自我的", "나의 iphone에서", "gönderildi",
	"odesláno z ", "yahoo mail for", "connected by motorola", "composed on ", "typed on ",
	"this message was sent from", "sent by my ", NULL };

/* In the line behind a rule: a footer that a list or its host added. */
static const char *const gp_footer[] = { "mailing list", "mailinglist", "unsubscribe", "listinfo", "to post to this",
	"sponsored by", "you received this message because", "you are receiving this", "subscribed to", "mailing-list",
	"liste de diffusion", "désabonn", "abmelden", "abbestellen", "darse de baja", "cancelar la suscripción",
	"subscription", "list archives", "list-archive", "to leave", "yahoo! groups", "this sf.net", "sf.net email",
	"отписаться", "list info", "para cancelar", "per cancellarti", "uitschrijven", "visit https://groups",
	"meet, learn", NULL };

/* How legal notices begin; what follows is nobody's own. */
static const char *const gp_legal[] = { "this e-mail and any", "this email and any", "this message and any",
	"this e-mail is confidential", "this email is confidential", "this message is confidential",
	"this communication is", "this transmission", "this e-mail (and", "this email (and", "this message (including",
	"this e-mail (including", "this email (including", "this e-mail contains", "this email contains",
	"this message contains", "this message may contain", "this email may contain", "this e-mail may contain",
	"the information contained in this", "the information in this", "the contents of this", "the content of this",
	"confidentiality notice", "confidentiality note", "confidential notice", "notice of confidentiality",
	"disclaimer", "legal disclaimer", "legal notice", "important notice:", "privileged and confidential",
	"if you are not the intended", "if you have received this", "please consider the environment",
	"diese e-mail enthält", "diese e-mail kann", "diese nachricht enthält", "diese nachricht ist vertraulich",
	"der inhalt dieser e-mail", "vertraulichkeitshinweis", "ce message et", "ce message est", "ce courriel",
	"ce mail et", "l'intégrité de ce message", "este mensaje y", "este mensaje contiene", "este correo",
	"este e-mail", "esta mensagem", "aviso legal", "aviso de confidencialidad", "questo messaggio", "questa e-mail",
	"le informazioni contenute", "dit bericht", "dit e-mailbericht", "de informatie in", "niniejsza wiadomość",
	"ta wiadomość", "treść tej wiadomości", "данное сообщение", "это сообщение", "настоящее сообщение", "本邮件",
	"本郵件", "この電子メール", "本メール", "virus-free", "this email has been checked for viruses",
	"this email was sent to", NULL };

/* A line that only greets. */
static const char *const gp_greeting[] = { "hi", "hello", "hey", "dear", "hallo", "hej", "hei", "moin", "servus",
	"liebe", "lieber", "guten", "sehr geehrte", "sehr geehrter", "bonjour", "bonsoir", "salut", "cher", "chers",
	"chère", "hola", "buenos", "buenas", "estimado", "estimados", "estimada", "olá", "ola", "oi", "bom dia",
	"boa tarde", "boa noite", "caro", "cari", "ciao", "salve", "buongiorno", "gentile", "beste", "hoi",
	"goedemorgen", "goedemiddag", "geachte", "cześć", "witam", "witaj", "dzień dobry", "szanowni", "привет",
	"здравствуйте", "добрый", "уважаемые", "all", "everyone", "everybody", "folks", "good morning",
	"good afternoon", "good evening", "good day", "greetings", "gday", "g'day", "howdy", "yo", "こんにちは", "皆様",
	"皆さん", "お世話になっております", "你好", "您好", "大家好", "各位", "안녕하세요", "namaste", "thanks",
	"thank you", "danke", "merci", "gracias", "obrigado", "grazie", NULL };
