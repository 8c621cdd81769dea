/* auto_phrases.h - words by which automatic mail is known, folded to lower case. Lists end with NULL. */
#pragma once

/* Mail that asks the sender to prove a person. */
static const char *const gp_challenge[] = { "please confirm your message", "confirm your email to",
	"verify your email to", "your message requires verification", "your email requires verification",
	"sender verification", "requires your confirmation", "boxbe", "spamarrest", "spam arrest",
	"verification required", "action required: please verify", "mail awaiting your verification", NULL };

/* In its text. */
static const char *const gp_challenge_text[] = { " boxbe", "boxbe.com", "protected by bluebottle", "spamarrest",
	"spam arrest", "you need only do this once", "one-time verification", "prove that you are human",
	"confirm that you are a real person", "prove you are human", "your message is being held until",
	"is protected by a spam", "to verify that you are not", "this is a challenge", "challenge-response",
	"please reply to this message to confirm that you", "click the link below to deliver your",
	"um ihre nachricht zuzustellen", "bestätigen sie, dass sie kein", "confirmez que vous n'êtes pas",
	"pour que votre message soit délivré", "para que su mensaje sea entregado", "confirme que usted es",
	"для подтверждения, что вы не", "mailinblack", "uol antispam", "antispam uol", "to have your message delivered",
	"confirm that you are a human", "verify that you are a real live human", "verify that you are a live human",
	NULL };

/* How the subject of a read receipt or of a receipt of delivery begins, when nothing else can be meant. */
static const char *const gp_notified[] = { "return receipt", "read receipt", "disposition notification",
	"disposition-notification", "lesebestätigung", "empfangsbestätigung", "accusé de réception",
	"accusé de lecture", "confirmation de lecture", "confirmación de lectura", "acuse de recibo",
	"confirmação de leitura", "recibo de leitura", "conferma di lettura", "ricevuta di ritorno",
	"ricevuta di lettura", "leesbevestiging", "ontvangstbevestiging", "potwierdzenie przeczytania",
	"potwierdzenie odczytu", "уведомление о прочтении", "отчет о прочтении", "läskvitto", "lesebekreftelse",
	"læsekvittering", "開封確認", "開封済み", "開封通知", "已读回执", "已读：", "讀取回條", "읽음 확인", NULL };
/* How it begins where people might begin so as well: then the text says that a mail was read. */
static const char *const gp_notified_weak[] = { "read:", "not read:", "delivered:", "deleted:", "relayed:", "gelesen:",
	"ungelesen gelöscht:", "ungelesen:", "zugestellt:", "lu :", "lu:", "non lu", "remis :", "leído:", "leido:",
	"no leído:", "entregado:", "lida:", "lido:", "não lida:", "entregue:", "letto:", "letta:", "non letto",
	"recapitato:", "gelezen:", "ongelezen", "bezorgd:", "odczytano:", "przeczytano:", "nieprzeczytane",
	"dostarczono:", "прочитано:", "прочтено:", "не прочитано", "доставлено:", "läst:", "oläst",
	"lest:", "læst:", "luettu:", "开封", "開封", "已读:", "已讀", "送达", "읽음:", NULL };
static const char *const gp_notified_text[] = { "your message", "ihre nachricht", "ihre mail", "ihre e-mail",
	"ihrer nachricht", "votre message", "su mensaje", "tu mensaje", "a sua mensagem", "sua mensagem",
	"il messaggio", "il tuo messaggio", "uw bericht", "je bericht", "wiadomość", "twoja wiadomość",
	"ваше сообщение", "сообщение", "ditt meddelande", "meldingen", "din meddelelse", "viestisi", "メッセージ",
	"邮件", "郵件", "메시지", NULL };

/* A reaction as text, from clients that know no other way. */
static const char *const gp_reacted[] = { "reacted to your message", "reacted to a message", "reacted via gmail",
	"hat auf ihre nachricht reagiert", "hat auf deine nachricht reagiert", "über gmail reagiert",
	"a réagi à votre message", "a réagi via gmail", "a réagi à l'aide de gmail", "ha reaccionado a su mensaje",
	"ha reaccionado a tu mensaje", "reaccionó a su mensaje", "reaccionó a tu mensaje", "reaccionado mediante gmail",
	"a través de gmail", "reagiu à sua mensagem", "reagiu à tua mensagem", "reagiu através do gmail",
	"reagiu pelo gmail", "ha reagito al tuo messaggio", "ha reagito tramite gmail",
	"heeft gereageerd op uw bericht", "heeft gereageerd op je bericht", "gereageerd via gmail", "zareagował",
	"reaguje na twoją wiadomość", "отреагировал", "さんがリアクションしました",
	"があなたのメッセージにリアクション", "がメッセージにリアクション", "gmail からリアクション",
	"对你的邮件做出了反应", "对您的邮件作出了回应", "回应了你的", "回應了您的", NULL };
/* Apple's: before the quoted words. */
static const char *const gp_tapback[] = { "liked “", "liked \"", "loved “", "loved \"", "disliked “", "disliked \"",
	"laughed at “", "laughed at \"", "emphasized “", "emphasized \"", "emphasised “", "emphasised \"",
	"questioned “", "questioned \"", "liked an image", "loved an image", "laughed at an image", "hat „",
	"gefällt „", "a aimé «", "a adoré «", "le ha gustado “", "le ha encantado “", "gostou de “", "adorou “",
	"ha messo “mi piace” a “", "ha adorato “", NULL };

/* Local parts that no person writes from. */
static const char *const gp_machine_local[] = { "mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "noreply",
	"no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply", "nobody", "autoreply", "auto-reply",
	"autoresponder", "bounce", "bounces", "daemon", "notification", "notifications", "majordomo", "listserv",
	"mailman", "sympa", "mlmmj", NULL };
static const char *const gp_machine_begins[] = { "noreply-", "no-reply-", "noreply+", "no-reply+", "owner-", "bounce-",
	"bounces+", "bounce+", "mailer-daemon", NULL };

/* A whole mail that says only this goes to the leave flow (RCV-23). */
static const char *const gp_leave[] = { "unsubscribe", "unsubscribe me", "please unsubscribe", "please unsubscribe me",
	"unsubscribe please", "pls unsubscribe", "remove", "remove me", "please remove me", "remove me please",
	"remove me from this list", "please remove me from this list", "take me off this list", "take me off", "stop",
	"signoff", "sign off", "opt out", "leave", "cancel subscription", "abmelden", "abbestellen", "bitte abmelden",
	"bitte austragen", "austragen", "bitte löschen", "desinscription", "désinscription", "désabonner",
	"désabonnement", "me désabonner", "desinscrire", "baja", "dar de baja", "darme de baja", "cancelar suscripción",
	"cancelar", "descadastrar", "sair da lista", "cancellami", "disiscrivimi", "cancellazione", "rimuovimi",
	"uitschrijven", "afmelden", "wypisz", "wypisz mnie", "rezygnuję", "отписаться", "отпишите меня", "avregistrera",
	"meld av", "afmeld", "退会", "配信停止", "退订", "取消订阅", "退訂", "수신거부", NULL };
/* The words that ask for it, in a line that holds only these and fillers. */
static const char *const gp_leave_word[] = { "unsubscribe", "unsubscribed", "unsub", "remove", "removed", "off", "stop",
	"signoff", "delete", "leave", "abmelden", "abbestellen", "austragen", "entfernen", "löschen", "streichen",
	"désabonner", "désinscrire", "désinscription", "désabonnement", "retirer", "supprimer", "baja", "borrarme",
	"quitarme", "elimínenme", "desuscribirme", "eliminarme", "remova", "remover", "descadastrar", "descadastre",
	"sair", "retirem", "cancellatemi", "cancellarmi", "rimuovetemi", "rimuovermi", "disiscrivermi", "toglietemi",
	"togliermi", "uitschrijven", "afmelden", "verwijder", "verwijderen", "wypisać", "wypisz", "wypiszcie", "usuń",
	"usunąć", "usunięcie", "отпишите", "отписать", "отписаться", "удалите", "исключите", NULL };
static const char *const gp_leave_filler[] = { "please", "pls", "kindly", "me", "my", "name", "email", "e-mail",
	"address", "from", "of", "off", "this", "the", "your", "our", "mailing", "list", "mailinglist", "group",
	"lists", "thanks", "thank", "you", "and", "i", "want", "to", "wish", "would", "like", "take", "be", "bitte",
	"mich", "von", "aus", "der", "dieser", "ihrer", "eurer", "liste", "mailingliste", "verteiler", "dem", "danke",
	"ich", "möchte", "will", "veuillez", "merci", "de", "me", "cette", "la", "votre", "diffusion", "svp", "s'il",
	"vous", "plaît", "por", "favor", "quiero", "darme", "dar", "esta", "su", "lista", "correo", "gracias", "deseo",
	"desta", "da", "sua", "meu", "obrigado", "obrigada", "quero", "per", "favore", "dalla", "vostra", "questa",
	"grazie", "vorrei", "graag", "mij", "van", "deze", "uw", "lijst", "mailinglijst", "wil", "bedankt", "proszę",
	"mnie", "z", "tej", "listy", "o", "moje", "dziękuję", "пожалуйста", "меня", "из", "от", "этой", "вашей",
	"рассылки", "списка", "прошу", "спасибо", NULL };
