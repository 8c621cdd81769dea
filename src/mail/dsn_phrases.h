/* dsn_phrases.h - words of mail systems that report without RFC 3464. Case does not count. Lists end with NULL. */
#pragma once

/* "Name <local" of those who send reports. */
static const char *const gp_dsn_author[] = { "post_master", "mailer-daemon", "mailerdaemon", "mail delivery s",
	"mail delivery subsystem", "postmaster", "mail-daemon", "<mdaemon", "mail system", "system administrator",
	"mail administrator", "maildaemon", "<mailer@", "smtp gateway", "mail router", "<ndr@", "<bounce@", "<bounces@",
	NULL };
static const char *const gp_dsn_subject[] = { "mail delivery warning", "エラー通知", "mail delivery problem",
	"undeliver", "mail delivery failed", "mail delivery failure", "delivery failure", "delivery failed",
	"failure notice", "failure delivery", "returned mail", "returned to sender", "delivery status notification",
	"non-delivery", "non delivery", "nondelivery", "mail system error", "delivery notification", "delivery report",
	"delivery error", "could not be delivered", "message delayed", "delayed mail", "warning: could not send",
	"unzustellbar", "unable to deliver", "mail could not", "loop alert", "delivery problem", "rejected mail",
	"mail failure", "user unknown", "unknown user", "address error", "échec de la remise", "no se puede entregar",
	"non remis", "mensaje no entregado", "niedostarczon", "не доставлено", "returned message", "mail rejected",
	"bounce", "permanent failure", "配信不能", "送信エラー", NULL };

/* The returned message begins behind such a line. */
static const char *const gp_dsn_returned[] = { "copy of the message", "copy of your message", "copy of the first part",
	"copy of the original", "original message follows", "original message -----", "--- original message",
	"--original message", "start of returned message", "below this line", "message header follows",
	"header of the original message", "headers of the original", "original mail as follows",
	"returned message follows", "text of your message", "unsent message below", "message headers follow",
	"original message headers", "--- undelivered message", "unsent message follows", "text of the message",
	"beginning of the original", "message is attached", "your original message",
	"original message:", "the original mail", "forwarded message", "returned mail follows",
	"rejected message follows", "message text follows", "returned message below", "copy of the message header",
	NULL };

/* Before an address that failed. */
static const char *const gp_dsn_recipient[] = { "error-for:", "mail to", "delivering your", "smtp=", "recipient",
	"unknown user", "user unknown", "not delivered to", "undeliverable to", "delivery to", "deliver to", "sent to",
	"addressed to", "failed", "could not be delivered", "undeliverable", "unknown address", "no such user",
	"following address", "did not reach", "mailbox", "address:", "your message to", "message to", "user ",
	"username", "account", "could not be reached", "empfänger", "destinataire", "destinatario", "received for",
	"invalid", "delivered to", "inbox", "over quota", "unknown local", "deliver your", "宛", NULL };
/* Before one that did not. */
static const char *const gp_dsn_not_recipient[] = { "mail from", "from:", "from <", "contact", "please", "sender",
	"postmaster", "mailto:", "reply", "administrator", "message-id", "email to", "e-mail to", "help", "assistance",
	"question", "questions", "message from", "write to", "cc:", "return-path", "reported by", "originator",
	"on behalf", " by ", "subject", "report to", "abuse", "from [", NULL };

/* Said about a recipient on the same line. */
static const char *const gp_dsn_unknown[] = { "unknown", "no such", "not found", "not listed", "does not exist",
	"doesn't exist", "rejected", "invalid", "cannot be delivered", "not delivered", "undeliverable", "unavailable",
	"disabled", "quota", "full", "failed", "not exist", "not a valid", "could not", "unable", "delivery", "loop",
	"duplicated", "inactive", "over ", NULL };

static const char *const gp_dsn_policy[] = { "dmarc", " spf", "dkim", "spam", "blacklist", "blocklist", "block list",
	"black list", "blocked", "policy", "rate limit", "too many connections", "reputation", " rbl", "dnsbl",
	"reverse dns", "ptr record", "no ptr", "virus", "unauthenticated", "bulk mail", "listed in", "listed at",
	"greylist", "content rejected", "message size", "too large", "too big", "message exceeds",
	"relay access denied", "relaying denied", "not permitted to relay", NULL };
static const char *const gp_dsn_full[] = { "quota exceeded", "over quota", "mailbox full", "mailbox is full",
	"mailbox exceeds", "overquota", "exceeded storage", "quota", "try again later", "temporarily", "full mailbox",
	"box is full", NULL };

/* Tried until the time was over: soft (SND-05, 5.4.7). */
static const char *const gp_dsn_expired[] = { "retry timeout", "retry time-out", "expired", "timed out", "time out",
	"not reachable", "aborted after", "did not accept our requests to connect", "in the queue too long",
	"failed 20 attempts", "could not connect", "connection refused", "unable to connect",
	"establish an smtp connection", NULL };

static const char *const gp_dsn_delay[] = { "has been postponed", "attempts will continue", "it will be retried",
	"warning only", "has been delayed", "not yet been delivered", "warning message only", "delayed mail", "(delay)",
	"still being attempted", "will be retried", "continue to try", "will continue", "could not send message for",
	"delivery delayed", "message delayed", "delayed 2", "delayed 4", "delayed 7", "just a warning",
	"temporary non-fatal errors", "still trying", "not been able to deliver", "retry for", "do not need to resend",
	NULL };
static const char *const gp_dsn_final[] = { "permanent error", "permanent fail", "giving up", "given up", "fatal error",
	"will not be retried", "no further attempts", "(failure)", NULL };

/* Without any of these a text is no report. */
static const char *const gp_dsn_says[] = { "deliver", "fail", "unknown", "reject", "bounce", "returned", "undeliver",
	"quota", "unzustellbar", "error", "refused", "エラー", "配信", "送信", "não", "remise", "entreg", NULL };
