/* answered_phrases.h - words that mail clients put above what is answered or forwarded, in their languages.
 * Folded to lower case. Lists end with NULL. */
#pragma once

/* Between dashes, or with a colon. */
static const char *const gp_original[] = { "original message", "original email", "original e-mail", "original mail",
	"original appointment", "original-nachricht", "originalnachricht", "ursprüngliche nachricht",
	"ursprüngliche e-mail", "ursprünglicher termin", "original meldung", "original nachricht", "message d'origine",
	"message original", "message initial", "rendez-vous d'origine", "mensaje original", "correo original",
	"mensagem original", "messaggio originale", "messaggio original", "oorspronkelijk bericht", "originele bericht",
	"origineel bericht", "oryginalna wiadomość", "wiadomość oryginalna", "wiadomość oryginał",
	"wiadomosc oryginalna", "исходное сообщение", "исходное письмо", "оригинальное сообщение",
	"пересланное сообщение", "початкове повідомлення", "ursprungligt meddelande", "originalmeddelande",
	"opprinnelig melding", "oprindelig meddelelse", "original meddelelse", "alkuperäinen viesti", "původní zpráva",
	"pôvodná správa", "eredeti üzenet", "mesaj original", "αρχικό μήνυμα", "orijinal mesaj", "özgün ileti",
	"原始邮件", "原始郵件", "原邮件", "原始信件", "邮件原件", "元のメッセージ", "元のメール", "original message",
	"원본 메시지", "원본 메일", "reply message", "reply to message", "reply above this line", NULL };
static const char *const gp_forwarded[] = { "forwarded message", "forwarded by", "begin forwarded message",
	"forwarded mail", "forwarded email", "weitergeleitete nachricht", "anfang der weitergeleiteten",
	"weitergeleitet von", "message transféré", "message transmis", "début du message", "mensaje reenviado",
	"inicio del mensaje reenviado", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem",
	"messaggio inoltrato", "inizio messaggio", "inizio del messaggio", "doorgestuurd bericht", "begin doorgestuurd",
	"wiadomość przekazana", "przekazana wiadomość", "treść przekazanej", "przesłana wiadomość",
	"пересылаемое сообщение", "переадресованное сообщение", "начало переадресованного", "переслане повідомлення",
	"转发的邮件", "转发邮件", "轉寄郵件", "轉寄的郵件", "転送されたメッセージ", "転送メッセージ", "전달된 메시지",
	"전달된 메일", "vidarebefordrat meddelande", "videresendt", "välitetty viesti", "přeposlaná zpráva",
	"továbbított üzenet", NULL };

/* Between dashes, below it. */
static const char *const gp_original_end[] = { "end of forwarded message", "end forwarded message",
	"end of original message", "end original message", "end of message", "ende der weitergeleiteten", NULL };

/* Names of header fields. */
static const char *const gp_from_names[] = { "from", "von", "de", "da", "van", "od", "от", "від", "от кого", "från",
	"fra", "lähettäjä", "差出人", "发件人", "寄件者", "寄件人", "보낸 사람", "보낸사람", "kimden", "gönderen",
	"feladó", "από", "expéditeur", "exp", "remitente", "mittente", "absender", "nadawca", "отправитель", "送信者",
	"发信人", "from/von", NULL };
static const char *const gp_date_names[] = { "sent", "date", "sent at", "gesendet", "gesendet am", "datum", "envoyé",
	"envoyé le", "date d'envoi", "enviado", "enviado el", "enviada em", "enviado em", "enviada", "fecha",
	"fecha de envío", "data", "inviato", "data invio", "verzonden", "datum verzonden", "wysłano", "wyslano",
	"data wysłania", "отправлено", "дата", "дата отправки", "надіслано", "skickat", "sendt", "dato", "lähetetty",
	"päivämäärä", "odesláno", "送信日時", "日時", "日付", "发送时间", "发送日期", "日期", "时间", "寄件日期",
	"傳送日期", "傳送時間", "보낸 날짜", "보낸날짜", "날짜", "gönderilme tarihi", "tarih", "hora", "x-sent", "when",
	NULL };
static const char *const gp_to_names[] = { "to", "an", "à", "pour", "para", "a", "per", "aan", "do", "кому", "komu",
	"till", "til", "vastaanottaja", "宛先", "收件人", "收件者", "받는 사람", "받는사람", "kime", "címzett", "προς",
	"destinataire", "destinatario", "destinatário", "empfänger", "odbiorca", NULL };
static const char *const gp_copy_names[] = { "cc", "bcc", "kopie", "copie", "copia", "cópia", "kopia", "dw", "копия",
	"копія", "抄送", "副本", "참조", "kopio", "bilgi", "c.c", "con copia", NULL };
static const char *const gp_subject_names[] = { "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto",
	"onderwerp", "temat", "тема", "ämne", "emne", "aihe", "předmět", "predmet", "tárgy", "件名", "主题", "主旨",
	"主題", "标题", "제목", "konu", "θέμα", "re", NULL };
static const char *const gp_other_names[] = { "reply-to", "reply to", "importance", "organization", "antwort an",
	"répondre à", "responder a", "wichtigkeit", "priorität", "attachments", "anlagen", "newsgroups", "list-id",
	"message-id", "in-reply-to", "references", "mime-version", "content-type", "content-transfer-encoding",
	"x-mailer", "sender", "precedence", NULL };
