/* ending_phrases.h - words of signatures, list footers and legal notices, in the languages of the lists we serve.
 * Folded to lower case. Lists end with NULL. */
#pragma once

/* Lines that phones and providers add: how they begin. */
static const char *const gp_sent_from[] = { "sent from my", "sent from mobile", "sent from yahoo", "sent from outlook",
	"sent from a ", "sent from an ", "sent from the ", "sent from mail for", "sent from samsung",
	"sent from proton", "sent with ", "sent via ", "sent on the go", "sent using", "sent wirelessly", "sent by my ",
	"sent on my ", "sent through ", "sent in haste", "get outlook for", "download outlook for", "yahoo mail for",
	"yahoo mail:", "connected by motorola", "composed on ", "typed on ", "typed with thumbs",
	"this message was sent from", "this email was sent from my", "please excuse brevity",
	/* German */
	"von meinem ", "gesendet von ", "gesendet mit ", "gesendet aus ", "von unterwegs", "mobil gesendet",
	"outlook für ", "holen sie sich outlook", "laden sie outlook", "diese nachricht wurde von meinem",
	"diese nachricht wurde mit meinem", "diese e-mail wurde von meinem",
	/* French */
	"envoyé de mon ", "envoyé depuis ", "envoyé à partir ", "envoyé avec ", "envoyé via ", "de mon iphone",
	"télécharger outlook", "téléchargez outlook", "obtenir outlook", "obtenez outlook", "provenance : courrier",
	/* Spanish, Portuguese */
	"enviado desde ", "enviado con ", "enviado a través ", "enviado de mi", "obtener outlook", "descargar outlook",
	"obtén outlook", "consigue outlook", "enviado do meu ", "enviado do ", "enviado de meu ", "enviado a partir ",
	"enviado pelo ", "enviado por meu", "enviado via ", "enviado através ", "enviado com ", "obter o outlook",
	"baixar o outlook", "transferir o outlook",
	/* Italian, Dutch, Polish */
	"inviato da", "inviato dal ", "inviato con ", "inviato tramite ", "ottieni outlook", "scarica outlook",
	"verstuurd vanaf ", "verstuurd vanuit ", "verstuurd met ", "verzonden vanaf ", "verzonden vanuit ",
	"verzonden met ", "verzonden via ", "verzonden van", "outlook voor ", "outlook downloaden", "wysłane z ",
	"wysłano z ", "wysłane za pomocą", "wysłano za pomocą", "wysłane przez ", "pobierz outlook",
	"pobierz program outlook", "pobierz aplikację outlook",
	/* Russian, Ukrainian */
	"отправлено с ", "отправлено из ", "отправлено через ", "скачать outlook", "получить outlook",
	"загрузить outlook", "відправлено з ", "надіслано з ",
	/* the north, and more */
	"sendt fra ", "skickat från ", "skickad från ", "lähetetty ", "hämta outlook", "hent outlook", "odesláno z ",
	"odoslané z ", "elküldve ", "trimis de pe ", "στάλθηκε από ", "发自我的", "發自我的", "从我的", "來自我的",
	"来自我的", "傳送自", "傳送於", "發送自", "发送自", "获取 outlook", "取得 outlook", "下载 outlook",
	"나의 iphone에서", "내 iphone에서", NULL };
/* In them, where the word for "sent" comes last. */
static const char *const gp_sent_from_within[] = { "iphone gesendet", "ipad gesendet", "smartphone gesendet",
	"handy gesendet", "mobiltelefon gesendet", "から送信", "から送られ", "を入手", "에서 보냄", "에서 발송",
	"gönderildi", "/mailman/listinfo/", "sent from my iphone", "sent from my ipad", NULL };

/* In the lines behind a rule: a footer that a list or its host added. */
static const char *const gp_footer[] = { "unsubscribe", "listinfo", "to post to this", "to post a message",
	"sponsored by", "you received this message because", "you have received this message", "you've received this",
	"you are receiving this", "you're receiving this", "mailing-list", "liste de diffusion", "désabonn",
	"désinscri", "abmelden", "abbestellen", "mailingliste", "darse de baja", "cancelar la suscripción",
	"cancelar suscripción", "lista de correo", "lista de discussão", "descadastr", "subscription options",
	"manage your subscription", "list archives", "list-archive", "archives and faq", "to leave this",
	"to leave, mail", "yahoo! groups", "yahoo groups", "this sf.net", "sf.net email", "отписаться",
	"список рассылки", "list info", "para cancelar", "per cancellarti", "lista di discussione", "uitschrijven",
	"afmelden", "lista dyskusyjna", "wypisać", "visit https://groups", "groups.io links", "meet, learn",
	"yahoo.com/", "www.hotmail.com", "msn.com/", "www.gmx.net", "www.web.de", "view it on github",
	"reply to this email directly", "visit topic", "to view this discussion", "meld deg av", "avregistrer",
	"メーリングリスト", "配信停止", "邮件列表", "退订", "read `", "more `", NULL };

/* How notices begin; what follows is nobody's own. */
static const char *const gp_notice[] = { "this e-mail and any", "this email and any", "this message and any",
	"this e-mail is confidential", "this email is confidential", "this message is confidential",
	"this communication is", "this transmission", "this e-mail (and", "this email (and", "this message (including",
	"this e-mail (including", "this email (including", "this e-mail contains", "this email contains",
	"this message contains", "this message may contain", "this email may contain", "this e-mail may contain",
	"this email message", "this e-mail message", "this electronic message", "this electronic mail",
	"this email, including", "this e-mail, including", "this message, including", "this message is intended",
	"this email is intended", "this e-mail is intended", "this email communication", "this email transmission",
	"the information contained in", "the information in this", "the information transmitted",
	"information contained in this", "the contents of this", "the content of this", "confidentiality notice",
	"confidentiality note", "confidentiality:", "confidential notice", "notice of confidentiality", "notice: this",
	"notice:  this", "disclaimer", "legal disclaimer", "email disclaimer", "legal notice",
	"important notice:", "important: this", "privileged and confidential", "private and confidential",
	"if you are not the intended", "if you have received this", "if you received this",
	"please consider the environment", "p please consider", "please think of the environment", "please don't print",
	"think before you print", "consider the environment", "before printing", "virus-free",
	"this email has been checked for", "this e-mail has been checked for", "this email has been scanned",
	"this message has been scanned", "this email was sent to", "no virus found in", "email secured by",
	"__________ information from eset",
	/* German */
	"diese e-mail enthält", "diese e-mail enthaelt", "diese e-mail kann", "diese mail enthält",
	"diese nachricht enthält", "diese nachricht ist vertraulich", "diese e-mail ist", "diese nachricht und",
	"diese e-mail und", "der inhalt dieser e-mail", "der inhalt dieser", "die information in dieser",
	"die in dieser e-mail", "die informationen in dieser", "vertraulichkeitshinweis", "haftungsausschluss",
	"rechtlicher hinweis", "wichtiger hinweis:", "bitte denken sie an die umwelt", "bitte prüfen sie der umwelt",
	"denken sie an die umwelt", "diese e-mail wurde von avast", "virenfrei", "sollten sie nicht der",
	/* French */
	"ce message et", "ce message est", "ce message peut", "ce message contient", "ce courriel", "ce mail et",
	"ce mail est", "cet e-mail", "cet email", "les informations contenues", "l'intégrité de ce message",
	"avis de confidentialité", "avertissement :", "avertissement:", "pensez à l'environnement", "avant d'imprimer",
	"sans virus", "l'absence de virus", "garanti sans virus",
	/* Spanish, Portuguese */
	"este mensaje y", "este mensaje contiene", "este mensaje está", "este mensaje se", "este correo", "este e-mail",
	"este email", "la información contenida", "la información incluida", "aviso legal", "aviso de confidencialidad",
	"nota de confidencialidad", "confidencialidad:", "advertencia legal", "cláusula de confidencialidad",
	"antes de imprimir", "libre de virus", "el software de antivirus", "esta mensagem", "a informação contida",
	"as informações contidas", "aviso de confidencialidade", "aviso:", "livre de vírus", "este correio",
	/* Italian, Dutch, Polish */
	"questo messaggio", "questa e-mail", "questa email", "questo documento", "il presente messaggio",
	"la presente e-mail", "le informazioni contenute", "le informazioni trasmesse", "ai sensi del",
	"avviso di riservatezza", "riservatezza", "prima di stampare", "privo di virus", "dit bericht",
	"dit e-mailbericht", "deze e-mail", "deze email", "de informatie in", "de informatie verzonden",
	"de inhoud van", "denk aan het milieu", "virusvrij", "niniejsza wiadomość", "ta wiadomość", "ten e-mail",
	"treść tej wiadomości", "informacje zawarte", "informacja zawarta", "klauzula poufności", "zanim wydrukujesz",
	"wolny od wirusów",
	/* Russian, Japanese, Chinese */
	"данное сообщение", "это сообщение", "настоящее сообщение", "данное электронное", "это электронное",
	"настоящее электронное", "информация, содержащаяся", "без вирусов", "уведомление о конфиденциальности",
	"本邮件", "本郵件", "此邮件", "此電子郵件", "本电子邮件", "本電子郵件", "この電子メール", "このメールは",
	"このメールに", "本メール", "本電子メール", "免责声明", "免責聲明", "保密声明", NULL };

/* The vocabulary of notices; four of these in one paragraph make one. */
static const char *const gp_notice_term[] = { "confidential", "intended recipient", "intended only", "intended solely",
	"sole use", "privileged", "addressee", "notify", "delete", "destroy", "unauthori", "disclos", "disseminat",
	"prohibited", "proprietary", "in error", "virus", "distribut", "legally", "liab", "copying", "privacy",
	"vertraulich", "empfänger", "empfaenger", "adressat", "irrtümlich", "unbefugt", "vernicht", "informieren sie",
	"lösch", "weitergabe", "untersagt", "nicht gestattet", "rechtlich geschützt", "absender", "confidentiel",
	"destinataire", "par erreur", "intégrité", "détrui", "pièces jointes", "usage exclusif", "interdit",
	"expéditeur", "divulg", "responsabilité", "confidencia", "destinatari", "destinatári", "por error", "por erro",
	"por engano", "prohib", "proibid", "elimin", "remitente", "remetente", "notifi", "privilegiad", "riservat",
	"confidenzial", "errore", "vietat", "distrugg", "mittente", "d.lgs", "cancell", "comunic", "vertrouwelijk",
	"geadresseerde", "bestemd", "abusievelijk", "ten onrechte", "verwijder", "openbaar", "verboden", "afzender",
	"aansprakelijk", "niet toegestaan", "vernietig", "poufn", "adresat", "omyłkow", "zabronion", "usuni", "nadawc",
	"załącznik", "odbiorc", "rozpowszechn", "niezwłocznie", "конфиденциальн", "адресат", "предназначен",
	"по ошибке", "удал", "запрещ", "получател", "уведом", "раскрыт", "отправител", "機密", "宛先", "誤って", "削除",
	"開示", "禁", "受信者", "秘密", "复制", "保密", "机密", "收件人", "误", "删除", "披露", "刪除", "收件者", "誤",
	"发件人", NULL };

/* A line of capitals that says so is a label. */
static const char *const gp_label[] = { "confidential", "internal use", "restricted", "vertraulich", "confidentiel",
	"public information", "general business", "unclassified", NULL };

/* In a line that says how to reach somebody. */
static const char *const gp_reach[] = { "@", " at ", "tel:", "tel.", "tel +", "phone", "fax", "mobile", "e-mail",
	"email", "http://", "https://", "www.", "telefon", "téléphone", "teléfono", "telefono", "telefoon", "тел.",
	"電話", "电话", "手机", NULL };
