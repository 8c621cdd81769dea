"""Further clients, as they answer in the four languages; as in shapes.py, their signatures hold words that are commands.

Written from what such clients send, without looking at what our reader does.
"""
import html

from shapes import alternative, only, only_html, quoted, rich_lines

FROM = "Weavers <weavers+steward@lists.example.org>"
LEGAL = ("This e-mail may be confidential. If you are not the intended recipient, delete it and stop reading.\n"
         "To leave our newsletter, unsubscribe at https://firm.example/leave or reply none.")


def iphone_german(said, text):
    rich = (f'<html><head></head><body dir="auto">{rich_lines(said)}<br><div dir="ltr">Von meinem iPhone gesendet</div><div dir="ltr"><br><blockquote type="cite">Am 01.06.2026 um 10:00 schrieb {html.escape(FROM)}:<br><br></blockquote></div>'
            f'<blockquote type="cite"><div dir="ltr">{rich_lines(text)}</div></blockquote></body></html>')
    return alternative(f"{said}\n\nVon meinem iPhone gesendet\n\n> Am 01.06.2026 um 10:00 schrieb {FROM}:\n> \n> {chr(10)}{quoted(text)}", rich)


def iphone_french(said, text):
    return only(f"{said}\n\nEnvoyé de mon iPhone\n\n> Le 1 juin 2026 à 10:00, {FROM} a écrit :\n> \n> {chr(10)}{quoted(text)}")


def iphone_spanish(said, text):
    return only(f"{said}\n\nEnviado desde mi iPhone\n\n> El 1 jun 2026, a las 10:00, {FROM} escribió:\n> \n> {chr(10)}{quoted(text)}")


def samsung_spanish(said, text):
    return only(f"{said}\n\n\n\nEnviado desde mi Galaxy\n\n\n-------- Mensaje original --------\nDe: {FROM}\nFecha: 1/6/26 10:00 (GMT+01:00)\nPara: alguien@example.org\nAsunto: Ajustes\n\n{text}\n")


def samsung_german(said, text):
    rich = (f'<html><body><div dir="auto">{html.escape(said).replace(chr(10), "<br>")}</div><div dir="auto"><br></div><div id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757" dir="auto">Von meinem Galaxy gesendet</div></div>'
            f'<div dir="auto"><br></div><div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Ursprüngliche Nachricht --------</div><div>Von: {html.escape(FROM)} </div><div>Datum: 01.06.26  10:00  (GMT+01:00) </div><div>An: jemand@example.org </div><div>Betreff: Einstellungen </div><div><br></div></div>{rich_lines(text, "p")}</body></html>')
    return alternative(f"{said}\n\nVon meinem Galaxy gesendet\n\n-------- Ursprüngliche Nachricht --------\nVon: {FROM}\nDatum: 01.06.26  10:00  (GMT+01:00)\nAn: jemand@example.org\nBetreff: Einstellungen\n\n{text}\n", rich)


def samsung_french(said, text):
    return only(f"{said}\n\nEnvoyé depuis mon appareil Galaxy\n\n-------- Message d'origine --------\nDe : {FROM}\nDate : 01/06/2026 10:00 (GMT+01:00)\nÀ : quelqu'un@example.org\nObjet : Réglages\n\n{text}\n")


def gmx_german(said, text):
    return only_html(f'<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;"><div>{html.escape(said).replace(chr(10), "<br>")}</div><div>&nbsp;</div>'
                     f'<div style="margin: 10px 5px 5px 10px;padding: 10px 0px 10px 10px;border-left: 2px solid #c3d9e5;"><div style="margin: 0px 0px 10px 0px"><b>Gesendet:</b>&nbsp;Montag, 01. Juni 2026 um 10:00 Uhr<br><b>Von:</b>&nbsp;{html.escape(FROM)}<br><b>An:</b>&nbsp;jemand@example.org<br><b>Betreff:</b>&nbsp;Einstellungen</div>{rich_lines(text)}</div></div></body></html>')


def yahoo(said, text):
    return alternative(f"{said}\n\n    On Monday, June 1, 2026 at 10:00:00 AM GMT+2, {FROM} wrote:  \n \n" + "".join(f" {line}\n" for line in text.splitlines()),
                       f'<html><head></head><body><div class="ydp1yahoo-style-wrap"><div dir="ltr" data-setdir="false">{html.escape(said).replace(chr(10), "<br>")}</div><div><br></div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>'
                       f'<div>On Monday, June 1, 2026 at 10:00:00 AM GMT+2, {html.escape(FROM)} wrote:</div><div><br></div>{rich_lines(text)}</div></div></body></html>')


def proton(said, text):
    return only(f"{said}\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email.\n\nOn Monday, June 1st, 2026 at 10:00, {FROM} wrote:\n\n{quoted(text)}")


def proton_old(said, text):
    return only(f"{said}\n\nSent with Proton Mail secure email.\n\n------- Original Message -------\nOn Monday, June 1st, 2026 at 10:00, {FROM} wrote:\n\n\n{quoted(text)}")


def zoho(said, text):
    return only(f"{said}\n\n\n\n\n\n---- On Mon, 01 Jun 2026 10:00:00 +0200 {FROM} wrote ---\n\n{text}\n")


def mutt_bottom(said, text):
    return only(f"* {FROM} [2026-06-01 10:00]:\n{quoted(text)}\n{said}\n\n-- \nleave no yarn behind\n")


def mutt_german(said, text):
    return only(f"Am Mo, Jun 01, 2026 at 10:00:00 +0200 schrieb Weavers:\n{quoted(text)}\n{said}\n-- \nstop knitting, start weaving. daily.\n")


def k9_german(said, text):
    return only(f"{said}\n-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.\n\nAm 1. Juni 2026 10:00:00 MESZ schrieb {FROM}:\n{quoted(text)}")


def k9_spanish(said, text):
    return only(f"{said}\n-- \nEnviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpa mi brevedad.\n\nEl 1 de junio de 2026 10:00:00 CEST, {FROM} escribió:\n{quoted(text)}")


def gmail_french(said, text):
    rich = (f'<div dir="ltr">{rich_lines(said)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">Le lun. 1 juin 2026 à 10:00, Weavers &lt;<a href="mailto:weavers%2Bsteward@lists.example.org">weavers+steward@lists.example.org</a>&gt; a écrit :<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{rich_lines(text, "p")}</blockquote></div>')
    return alternative(f"{said}\n\nLe lun. 1 juin 2026 à 10:00, Weavers <weavers+steward@lists.example.org>\na écrit :\n\n{quoted(text)}", rich)


def gmail_bottom_german(said, text):
    return only(f"Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Weavers <\nweavers+steward@lists.example.org>:\n\n{quoted(text)}\n{said}\n")


def outlook_legal(said, text):
    return only(f"{said}\n\nBest regards,\n\nMember\n\n{LEGAL}\n\n-----Original Message-----\nFrom: {FROM}\nSent: 01 June 2026 10:00\nTo: Member\nSubject: Settings\n\n{text}\n")


def outlook_web_german(said, text):
    rich = (f'<html><head></head><body dir="ltr"><div class="elementToProof" style="font-family: Aptos">{html.escape(said).replace(chr(10), "<br>")}</div><div class="elementToProof"><br></div>'
            f'<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>Von:</b> {html.escape(FROM)}<br><b>Gesendet:</b> Montag, 1. Juni 2026 10:00<br><b>An:</b> Jemand<br><b>Betreff:</b> Einstellungen</font><div>&nbsp;</div></div>{rich_lines(text, "p")}</body></html>')
    return alternative(f"{said}\n\n________________________________\nVon: {FROM}\nGesendet: Montag, 1. Juni 2026 10:00\nAn: Jemand\nBetreff: Einstellungen\n\n{text}\n", rich)


def thunderbird_interleaved(said, text):
    lines = text.splitlines()
    third = len(lines) // 3
    return only(f"Am 01.06.26 um 10:00 schrieb Weavers:\n{quoted(chr(10).join(lines[:third]))}\n{said}\n\n{quoted(chr(10).join(lines[third:]))}\n")


def thunderbird_spanish(said, text):
    return only(f"El 1/6/26 a las 10:00, Weavers escribió:\n{quoted(text)}\n{said}\n\n-- \nTejedoras libres\nsin pausa, cada semana, todo a mano\n")


def apple_interleaved(said, text):
    lines = text.splitlines()
    return only(f"> On 1 Jun 2026, at 10:00, {FROM} wrote:\n> \n{quoted(chr(10).join(lines[:4]))}\n{said}\n\n{quoted(chr(10).join(lines[4:]))}")


def evolution(said, text):
    return only(f"On Mon, 2026-06-01 at 10:00 +0200, Weavers wrote:\n{quoted(text)}\n{said}\n\n")


def kmail_german(said, text):
    return only(f"{said}\n\nAm Montag, 1. Juni 2026, 10:00:00 CEST schrieb Weavers:\n{quoted(text)}\n")


def flowed(said, text):
    head, body = only(f"{said}\n\n-- \nMember\n\nOn 2026-06-01 10:00, Weavers wrote:\n{quoted(text)}")
    return head.replace("charset=utf-8", "charset=utf-8; format=flowed"), body


MORE = [iphone_german, iphone_french, iphone_spanish, samsung_spanish, samsung_german, samsung_french, gmx_german, yahoo, proton, proton_old, zoho, mutt_bottom, mutt_german,
        k9_german, k9_spanish, gmail_french, gmail_bottom_german, outlook_legal, outlook_web_german, thunderbird_interleaved, thunderbird_spanish, apple_interleaved, evolution, kmail_german, flowed]
