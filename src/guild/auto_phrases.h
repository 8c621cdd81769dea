/* auto_phrases.h - words by which automatic mail is known, folded to lower case. Lists end with NULL. */
#pragma once

/* How the subject of an absence notice begins. */
static const char *const gp_absence_subject[] = { "out of office", "out of the office", "out-of-office", "auto reply",
	"autoreply", "auto-reply", "automatic reply", "automatic response", "auto response", "autoresponse",
	"auto:", "automatic out of office", "vacation:", "away from my mail", "away from office", "i am out of",
	"i'm out of", "on vacation", "vacation reply", "vacation message", "[auto]", "autoresponder",
	"automatische antwort", "abwesenheit", "abwesend", "abwesenheitsnotiz", "automatische abwesenheit",
	"ich bin nicht im", "réponse automatique", "absence du bureau", "absent du bureau",
	"absence:", "message d'absence", "respuesta automática", "respuesta automatica", "fuera de la oficina",
	"fuera de oficina", "ausente", "ausencia", "resposta automática", "resposta automatica", "fora do escritório",
	"ausência", "risposta automatica", "fuori sede", "fuori ufficio", "assenza", "automatisch antwoord", "afwezig",
	"autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "fraværende", "fravær", "poissa toimistosta",
	"automaattinen vastaus", "autoodpowiedź", "automatyczna odpowiedź", "odpowiedź automatyczna", "poza biurem",
	"nieobecność", "автоответ", "автоматический ответ", "нет на рабочем месте", "automatická odpověď",
	"otomatik yanıt", "自動応答", "自動返信", "不在通知", "自动回复", "自動回覆", "自动答复", "外出", "자동 회신",
	"부재중", NULL };

/* In the first lines of one. */
static const char *const gp_absence_text[] = { "this is an automatic reply", "this is an automated reply",
	"this is an auto-reply", "this is an autoreply", "this is an automated response",
	"this is an automatic response", "this is an auto response", "automatic vacation", "this is a vacation message",
	"i am currently out of the office", "i'm currently out of the office", "i am out of the office",
	"i'm out of the office", "i will be out of the office", "i'll be out of the office",
	"i am away from the office", "i am away from my", "i am currently away", "i am on vacation", "i'm on vacation",
	"i am on holiday", "i am on leave", "i will be on vacation", "i'm on holiday",
	"will be out of the office starting", "i will not be reading my mail", "i have received your message and will",
	"your mail will be read when", "will read your mail when i", "i am currently on vacation",
	"currently on annual leave", "out of office until", "i won't be able to read", "i will be away from",
	"this reply is automatic", "this message was automatically generated", "ich bin nicht im büro",
	"ich bin derzeit nicht", "ich bin zur zeit nicht", "ich bin im urlaub", "ich bin bis zum",
	"dies ist eine automatische", "ihre nachricht wird nicht weitergeleitet", "je suis absent",
	"je suis actuellement absent", "je suis en congé", "je suis en vacances", "ceci est une réponse automatique",
	"estoy fuera de la oficina", "estaré fuera de la oficina", "este es un mensaje automático",
	"estou fora do escritório", "estou de férias", "esta é uma resposta automática", "sono fuori ufficio",
	"sono assente", "ik ben afwezig", "ik ben niet aanwezig", "jestem poza biurem", "jestem na urlopie",
	"я в отпуске", "меня нет в офисе", "это автоматический ответ", "休暇中", "不在にしております", "我目前不在",
	"我正在休假", "자동으로 발송", NULL };

/* Mail that asks the sender to prove a person. */
static const char *const gp_challenge[] = { "please confirm your message", "confirm your email to",
	"verify your email to", "your message requires verification", "sender verification",
	"requires your confirmation", "boxbe", "spamarrest", "spam arrest", "verification required",
	"action required: please verify", "mail awaiting your verification", NULL };

/* How the subject of a read receipt begins. */
static const char *const gp_notified[] = { "read:", "gelesen:", "lu :", "lu:", "leído:", "lida:", "letto:", "gelezen:",
	"odczytano:", "прочитано:", "läst:", "lest:", "læst:", "luettu:", "return receipt", "lesebestätigung",
	"not read:", "ungelesen gelöscht:", "delivered:", "disposition notification", "accusé de réception", "开封",
	"已读:", "已读：", "開封済み", NULL };

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
