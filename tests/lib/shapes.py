"""Answers in the shapes of real clients: what they quote, where they put what was said, what they add of their own.

Each shape is a function of what was said and of the mail that is answered; it returns (header lines, body). The signatures
hold words that are commands, as signatures of people do.
"""
import html

SIGNATURE = "Free Weavers of the North\nweekly meetings, daily tea, leave your shoes outside\njoin us: https://weavers.example/"
PLAIN = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"


def quoted(text):
    return "".join(f"> {line}\n" if line else ">\n" for line in text.splitlines())


def alternative(plain, rich):
    return ("MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=\"=_b\"\n",
            f"--=_b\n{PLAIN}\n{plain}\n--=_b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{rich}\n--=_b--\n")


def only(plain):
    return "MIME-Version: 1.0\n" + PLAIN, plain


def only_html(rich):
    return "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", rich


def rich_lines(text, tag="div"):
    return "".join(f"<{tag}>{html.escape(line) or '<br>'}</{tag}>" for line in text.split("\n"))


# --- Gmail ------------------------------------------------------------------------------------------
def gmail_top(said, text):
    head = "On Mon, Jun 1, 2026 at 10:00 AM Weavers <weavers+steward@lists.example.org>\nwrote:\n\n"
    rich = (f'<div dir="ltr">{rich_lines(said)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
            f'On Mon, Jun 1, 2026 at 10:00 AM Weavers &lt;<a href="mailto:weavers%2Bsteward@lists.example.org">weavers+steward@lists.example.org</a>&gt; wrote:<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{rich_lines(text, "p")}</blockquote></div>')
    return alternative(said + "\n\n" + head + quoted(text), rich)


def gmail_signed(said, text):
    rich = (f'<div dir="ltr">{rich_lines(said)}<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br>'
            f'<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">{rich_lines(SIGNATURE)}</div></div>'
            f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Weavers &lt;weavers+steward@lists.example.org&gt;:<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{rich_lines(text, "p")}</blockquote></div>')
    return alternative(f"{said}\n\n-- \n{SIGNATURE}\n\n\nAm Mo., 1. Juni 2026 um 10:00 Uhr schrieb Weavers <\nweavers+steward@lists.example.org>:\n\n{quoted(text)}", rich)


def gmail_interleaved(said, text):
    lines = text.splitlines()
    half = len(lines) // 2
    return only("On Mon, Jun 1, 2026 at 10:00 AM Weavers <weavers+steward@lists.example.org>\nwrote:\n\n"
                + quoted("\n".join(lines[:half])) + f"\n{said}\n\n" + quoted("\n".join(lines[half:])))


# --- Outlook ----------------------------------------------------------------------------------------
def outlook_top(said, text):
    rich = (f'<html><body lang="EN-GB"><div class="WordSection1">{rich_lines(said, "p class=MsoNormal").replace("</p class=MsoNormal>", "</p>")}'
            f'<p class="MsoNormal">&nbsp;</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal"><b>From:</b> Weavers &lt;weavers+steward@lists.example.org&gt;<br><b>Sent:</b> 01 June 2026 10:00<br><b>To:</b> Someone<br><b>Subject:</b> Settings</p></div></div>'
            f'{rich_lines(text, "p")}</div></body></html>')
    return alternative(f"{said}\n\nFrom: Weavers <weavers+steward@lists.example.org>\nSent: 01 June 2026 10:00\nTo: Someone\nSubject: Settings\n\n{text}\n", rich)


def outlook_original(said, text):
    return only(f"{said}\n\n{SIGNATURE.splitlines()[0]}\n\n-----Original Message-----\nFrom: Weavers <weavers+steward@lists.example.org> \nSent: Monday, June 1, 2026 10:00 AM\nTo: Someone\nSubject: Settings\n\n{text}\n")


def outlook_german(said, text):
    rich = (f'<div class="WordSection1"><p class="MsoNormal">{html.escape(said).replace(chr(10), "<br>")}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
            f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>Von:</b> Weavers &lt;weavers+steward@lists.example.org&gt;<br>'
            f'<b>Gesendet:</b> Montag, 1. Juni 2026 10:00<br><b>An:</b> Jemand<br><b>Betreff:</b> Einstellungen</p></div>{rich_lines(text, "p")}</div>')
    return alternative(f"{said}\n\nVon: Weavers <weavers+steward@lists.example.org>\nGesendet: Montag, 1. Juni 2026 10:00\nAn: Jemand\nBetreff: Einstellungen\n\n{text}\n", rich)


def outlook_phone(said, text):
    rich = (f'<div dir="auto" style="font-family: Aptos">{rich_lines(said)}</div><div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>'
            f'<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Weavers &lt;weavers+steward@lists.example.org&gt;<br><b>Sent:</b> Monday, June 1, 2026 10:00:00 AM<br><b>To:</b> Someone<br><b>Subject:</b> Settings</font></div>{rich_lines(text, "p")}')
    return alternative(f"{said}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Weavers <weavers+steward@lists.example.org>\nSent: Monday, June 1, 2026 10:00:00 AM\nTo: Someone\nSubject: Settings\n\n{text}\n", rich)


# --- Apple Mail -------------------------------------------------------------------------------------
def apple_mac(said, text):
    rich = (f'<html><body style="overflow-wrap: break-word;">{rich_lines(said)}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>On 1 Jun 2026, at 10:00, Weavers &lt;weavers+steward@lists.example.org&gt; wrote:</div>'
            f'<br class="Apple-interchange-newline"><div>{rich_lines(text)}</div></blockquote></div></body></html>')
    return alternative(f"{said}\n\n> On 1 Jun 2026, at 10:00, Weavers <weavers+steward@lists.example.org> wrote:\n> \n{quoted(text)}", rich)


def apple_phone(said, text):
    rich = (f'<html><body dir="auto">{rich_lines(said)}<br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 1 Jun 2026, at 10:00, Weavers &lt;weavers+steward@lists.example.org&gt; wrote:<br><br></blockquote></div>'
            f'<blockquote type="cite"><div dir="ltr">{rich_lines(text)}</div></blockquote></body></html>')
    return alternative(f"{said}\n\nSent from my iPhone\n\n> On 1 Jun 2026, at 10:00, Weavers <weavers+steward@lists.example.org> wrote:\n> \n> {chr(10)}{quoted(text)}", rich)


def apple_html_only(said, text):
    return only_html(f'<html><head></head><body>{rich_lines(said)}<div><br></div><div>{rich_lines(SIGNATURE)}</div><div><br><blockquote type="cite"><div>Le 1 juin 2026 à 10:00, Weavers &lt;weavers+steward@lists.example.org&gt; a écrit :</div><div>{rich_lines(text)}</div></blockquote></div></body></html>'
                     .replace(f"<div>{rich_lines(SIGNATURE)}</div>", f"<div>-- <br>{rich_lines(SIGNATURE)}</div>"))


# --- Thunderbird ------------------------------------------------------------------------------------
def thunderbird_bottom(said, text):
    return only(f"On 6/1/26 10:00, Weavers wrote:\n{quoted(text)}\n{said}\n")


def thunderbird_signed(said, text):
    return only(f"Am 01.06.26 um 10:00 schrieb Weavers:\n{quoted(text)}\n{said}\n\n-- \n{SIGNATURE}\n")


def thunderbird_html(said, text):
    return only_html(f'<!DOCTYPE html><html><head></head><body><div class="moz-cite-prefix">On 6/1/26 10:00, Weavers wrote:<br></div><blockquote type="cite" cite="mid:x@lists.example.org">{rich_lines(text, "p")}</blockquote>'
                     f'<p>{html.escape(said).replace(chr(10), "<br>")}</p><div class="moz-signature">-- <br>{SIGNATURE.replace(chr(10), "<br>")}</div></body></html>')


# --- K-9 --------------------------------------------------------------------------------------------
def k9_top(said, text):
    return only(f"{said}\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\nOn 1 June 2026 10:00:00 CEST, Weavers <weavers+steward@lists.example.org> wrote:\n{quoted(text)}")


def k9_html(said, text):
    rich = (f'<!DOCTYPE html><html><body><div dir="auto">{html.escape(said).replace(chr(10), "<br>")}</div><br><br><div class="gmail_quote"><div dir="auto">On 1 June 2026 10:00:00 CEST, Weavers &lt;weavers+steward@lists.example.org&gt; wrote:</div>'
            f'<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); padding-left: 1ex;">{rich_lines(text)}</blockquote></div></body></html>')
    return alternative(f"{said}\n\nOn 1 June 2026 10:00:00 CEST, Weavers <weavers+steward@lists.example.org> wrote:\n{quoted(text)}", rich)


def k9_bottom(said, text):
    return only(f"On 1 June 2026 10:00:00 CEST, Weavers <weavers+steward@lists.example.org> wrote:\n{quoted(text)}\n\n{said}\n\n-- \nleave me a message: 555-1234. Free on weekends.\n")


# --- in French and Spanish ---------------------------------------------------------------------------
def gmail_spanish(said, text):
    head = "El lun, 1 jun 2026 a las 10:00, Weavers (<weavers+steward@lists.example.org>)\nescribió:\n\n"
    rich = (f'<div dir="ltr">{rich_lines(said)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
            f'El lun, 1 jun 2026 a las 10:00, Weavers (&lt;<a href="mailto:weavers%2Bsteward@lists.example.org">weavers+steward@lists.example.org</a>&gt;) escribió:<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{rich_lines(text, "p")}</blockquote></div>')
    return alternative(said + "\n\n" + head + quoted(text), rich)


def outlook_french(said, text):
    rich = (f'<div class="WordSection1"><p class="MsoNormal">{html.escape(said).replace(chr(10), "<br>")}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
            f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>De&nbsp;:</b> Weavers &lt;weavers+steward@lists.example.org&gt;<br>'
            f'<b>Envoyé&nbsp;:</b> lundi 1 juin 2026 10:00<br><b>À&nbsp;:</b> Quelqu\'un<br><b>Objet&nbsp;:</b> Réglages</p></div>{rich_lines(text, "p")}</div>')
    return alternative(f"{said}\n\nDe : Weavers <weavers+steward@lists.example.org>\nEnvoyé : lundi 1 juin 2026 10:00\nÀ : Quelqu'un\nObjet : Réglages\n\n{text}\n", rich)


def outlook_spanish(said, text):
    return only(f"{said}\n\n{SIGNATURE.splitlines()[0]}\n\nDe: Weavers <weavers+steward@lists.example.org>\nEnviado el: lunes, 1 de junio de 2026 10:00\nPara: Alguien\nAsunto: Ajustes\n\n{text}\n")


def thunderbird_french(said, text):
    return only(f"Le 01/06/2026 à 10:00, Weavers a écrit :\n{quoted(text)}\n{said}\n\n-- \n{SIGNATURE}\n")


def apple_spanish(said, text):
    return only(f"{said}\n\nEnviado desde mi iPhone\n\n> El 1 jun 2026, a las 10:00, Weavers <weavers+steward@lists.example.org> escribió:\n> \n{quoted(text)}")


def k9_french(said, text):
    return only(f"{said}\n-- \nEnvoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.\n\nLe 1 juin 2026 10:00:00 GMT+02:00, Weavers <weavers+steward@lists.example.org> a écrit :\n{quoted(text)}")


SHAPES = [gmail_top, gmail_signed, gmail_interleaved, outlook_top, outlook_original, outlook_german, outlook_phone, apple_mac, apple_phone, apple_html_only,
          thunderbird_bottom, thunderbird_signed, thunderbird_html, k9_top, k9_html, k9_bottom,
          gmail_spanish, outlook_french, outlook_spanish, thunderbird_french, apple_spanish, k9_french]
