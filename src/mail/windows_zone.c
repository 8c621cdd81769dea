#include "guildpost/mail/windows_zone.h"

#include <ctype.h>
#include <strings.h>

#include "guildpost/base/zone.h"

/* The names that Windows gives to time zones, each with the zone that CLDR names for the whole world
 * (supplemental data windowsZones, territory 001; Unicode License). */
static const struct {
	const char *windows, *iana;
} zones[] = {
	{ "Afghanistan Standard Time", "Asia/Kabul" },
	{ "Alaskan Standard Time", "America/Anchorage" },
	{ "Aleutian Standard Time", "America/Adak" },
	{ "Altai Standard Time", "Asia/Barnaul" },
	{ "Arab Standard Time", "Asia/Riyadh" },
	{ "Arabian Standard Time", "Asia/Dubai" },
	{ "Arabic Standard Time", "Asia/Baghdad" },
	{ "Argentina Standard Time", "America/Buenos_Aires" },
	{ "Astrakhan Standard Time", "Europe/Astrakhan" },
	{ "Atlantic Standard Time", "America/Halifax" },
	{ "AUS Central Standard Time", "Australia/Darwin" },
	{ "Aus Central W. Standard Time", "Australia/Eucla" },
	{ "AUS Eastern Standard Time", "Australia/Sydney" },
	{ "Azerbaijan Standard Time", "Asia/Baku" },
	{ "Azores Standard Time", "Atlantic/Azores" },
	{ "Bahia Standard Time", "America/Bahia" },
	{ "Bangladesh Standard Time", "Asia/Dhaka" },
	{ "Belarus Standard Time", "Europe/Minsk" },
	{ "Bougainville Standard Time", "Pacific/Bougainville" },
	{ "Canada Central Standard Time", "America/Regina" },
	{ "Cape Verde Standard Time", "Atlantic/Cape_Verde" },
	{ "Caucasus Standard Time", "Asia/Yerevan" },
	{ "Cen. Australia Standard Time", "Australia/Adelaide" },
	{ "Central America Standard Time", "America/Guatemala" },
	{ "Central Asia Standard Time", "Asia/Almaty" },
	{ "Central Brazilian Standard Time", "America/Cuiaba" },
	{ "Central Europe Standard Time", "Europe/Budapest" },
	{ "Central European Standard Time", "Europe/Warsaw" },
	{ "Central Pacific Standard Time", "Pacific/Guadalcanal" },
	{ "Central Standard Time", "America/Chicago" },
	{ "Central Standard Time (Mexico)", "America/Mexico_City" },
	{ "Chatham Islands Standard Time", "Pacific/Chatham" },
	{ "China Standard Time", "Asia/Shanghai" },
	{ "Cuba Standard Time", "America/Havana" },
	{ "Dateline Standard Time", "Etc/GMT+12" },
	{ "E. Africa Standard Time", "Africa/Nairobi" },
	{ "E. Australia Standard Time", "Australia/Brisbane" },
	{ "E. Europe Standard Time", "Europe/Chisinau" },
	{ "E. South America Standard Time", "America/Sao_Paulo" },
	{ "Easter Island Standard Time", "Pacific/Easter" },
	{ "Eastern Standard Time", "America/New_York" },
	{ "Eastern Standard Time (Mexico)", "America/Cancun" },
	{ "Egypt Standard Time", "Africa/Cairo" },
	{ "Ekaterinburg Standard Time", "Asia/Yekaterinburg" },
	{ "Fiji Standard Time", "Pacific/Fiji" },
	{ "FLE Standard Time", "Europe/Kiev" },
	{ "Georgian Standard Time", "Asia/Tbilisi" },
	{ "GMT Standard Time", "Europe/London" },
	{ "Greenland Standard Time", "America/Godthab" },
	{ "Greenwich Standard Time", "Atlantic/Reykjavik" },
	{ "GTB Standard Time", "Europe/Bucharest" },
	{ "Haiti Standard Time", "America/Port-au-Prince" },
	{ "Hawaiian Standard Time", "Pacific/Honolulu" },
	{ "India Standard Time", "Asia/Calcutta" },
	{ "Iran Standard Time", "Asia/Tehran" },
	{ "Israel Standard Time", "Asia/Jerusalem" },
	{ "Jordan Standard Time", "Asia/Amman" },
	{ "Kaliningrad Standard Time", "Europe/Kaliningrad" },
	{ "Korea Standard Time", "Asia/Seoul" },
	{ "Libya Standard Time", "Africa/Tripoli" },
	{ "Line Islands Standard Time", "Pacific/Kiritimati" },
	{ "Lord Howe Standard Time", "Australia/Lord_Howe" },
	{ "Magadan Standard Time", "Asia/Magadan" },
	{ "Magallanes Standard Time", "America/Punta_Arenas" },
	{ "Marquesas Standard Time", "Pacific/Marquesas" },
	{ "Mauritius Standard Time", "Indian/Mauritius" },
	{ "Middle East Standard Time", "Asia/Beirut" },
	{ "Montevideo Standard Time", "America/Montevideo" },
	{ "Morocco Standard Time", "Africa/Casablanca" },
	{ "Mountain Standard Time", "America/Denver" },
	{ "Mountain Standard Time (Mexico)", "America/Chihuahua" },
	{ "Myanmar Standard Time", "Asia/Rangoon" },
	{ "N. Central Asia Standard Time", "Asia/Novosibirsk" },
	{ "Namibia Standard Time", "Africa/Windhoek" },
	{ "Nepal Standard Time", "Asia/Katmandu" },
	{ "New Zealand Standard Time", "Pacific/Auckland" },
	{ "Newfoundland Standard Time", "America/St_Johns" },
	{ "Norfolk Standard Time", "Pacific/Norfolk" },
	{ "North Asia East Standard Time", "Asia/Irkutsk" },
	{ "North Asia Standard Time", "Asia/Krasnoyarsk" },
	{ "North Korea Standard Time", "Asia/Pyongyang" },
	{ "Omsk Standard Time", "Asia/Omsk" },
	{ "Pacific SA Standard Time", "America/Santiago" },
	{ "Pacific Standard Time", "America/Los_Angeles" },
	{ "Pakistan Standard Time", "Asia/Karachi" },
	{ "Paraguay Standard Time", "America/Asuncion" },
	{ "Qyzylorda Standard Time", "Asia/Qyzylorda" },
	{ "Romance Standard Time", "Europe/Paris" },
	{ "Russia Time Zone 10", "Asia/Srednekolymsk" },
	{ "Russia Time Zone 11", "Asia/Kamchatka" },
	{ "Russia Time Zone 3", "Europe/Samara" },
	{ "Russian Standard Time", "Europe/Moscow" },
	{ "SA Eastern Standard Time", "America/Cayenne" },
	{ "SA Pacific Standard Time", "America/Bogota" },
	{ "SA Western Standard Time", "America/La_Paz" },
	{ "Saint Pierre Standard Time", "America/Miquelon" },
	{ "Sakhalin Standard Time", "Asia/Sakhalin" },
	{ "Samoa Standard Time", "Pacific/Apia" },
	{ "Sao Tome Standard Time", "Africa/Sao_Tome" },
	{ "Saratov Standard Time", "Europe/Saratov" },
	{ "SE Asia Standard Time", "Asia/Bangkok" },
	{ "Singapore Standard Time", "Asia/Singapore" },
	{ "South Africa Standard Time", "Africa/Johannesburg" },
	{ "South Sudan Standard Time", "Africa/Juba" },
	{ "Sri Lanka Standard Time", "Asia/Colombo" },
	{ "Sudan Standard Time", "Africa/Khartoum" },
	{ "Syria Standard Time", "Asia/Damascus" },
	{ "Taipei Standard Time", "Asia/Taipei" },
	{ "Tasmania Standard Time", "Australia/Hobart" },
	{ "Tocantins Standard Time", "America/Araguaina" },
	{ "Tokyo Standard Time", "Asia/Tokyo" },
	{ "Tomsk Standard Time", "Asia/Tomsk" },
	{ "Tonga Standard Time", "Pacific/Tongatapu" },
	{ "Transbaikal Standard Time", "Asia/Chita" },
	{ "Turkey Standard Time", "Europe/Istanbul" },
	{ "Turks And Caicos Standard Time", "America/Grand_Turk" },
	{ "Ulaanbaatar Standard Time", "Asia/Ulaanbaatar" },
	{ "US Eastern Standard Time", "America/Indianapolis" },
	{ "US Mountain Standard Time", "America/Phoenix" },
	{ "UTC", "UTC" },
	{ "UTC+12", "Etc/GMT-12" },
	{ "UTC+13", "Etc/GMT-13" },
	{ "UTC-02", "Etc/GMT+2" },
	{ "UTC-08", "Etc/GMT+8" },
	{ "UTC-09", "Etc/GMT+9" },
	{ "UTC-11", "Etc/GMT+11" },
	{ "Venezuela Standard Time", "America/Caracas" },
	{ "Vladivostok Standard Time", "Asia/Vladivostok" },
	{ "Volgograd Standard Time", "Europe/Volgograd" },
	{ "W. Australia Standard Time", "Australia/Perth" },
	{ "W. Central Africa Standard Time", "Africa/Lagos" },
	{ "W. Europe Standard Time", "Europe/Berlin" },
	{ "W. Mongolia Standard Time", "Asia/Hovd" },
	{ "West Asia Standard Time", "Asia/Tashkent" },
	{ "West Bank Standard Time", "Asia/Hebron" },
	{ "West Pacific Standard Time", "Pacific/Port_Moresby" },
	{ "Yakutsk Standard Time", "Asia/Yakutsk" },
	{ "Yukon Standard Time", "America/Whitehorse" },
};

/* Outlook also writes what it shows: "(UTC+01:00) Amsterdam, Berlin, Bern". One of the cities is in tzdata; those whose
 * names hold no city stand here. */
static const struct {
	const char *shown, *windows;
} shown_names[] = {
	{ "Eastern Time (US & Canada)", "Eastern Standard Time" },
	{ "Central Time (US & Canada)", "Central Standard Time" },
	{ "Mountain Time (US & Canada)", "Mountain Standard Time" },
	{ "Pacific Time (US & Canada)", "Pacific Standard Time" },
	{ "Atlantic Time (Canada)", "Atlantic Standard Time" },
	{ "Coordinated Universal Time", "UTC" },
	{ "Greenwich Mean Time", "GMT Standard Time" },
	{ "Alaska", "Alaskan Standard Time" },
	{ "Hawaii", "Hawaiian Standard Time" },
	{ "Arizona", "US Mountain Standard Time" },
	{ "Newfoundland", "Newfoundland Standard Time" },
	{ "Brasilia", "E. South America Standard Time" },
	{ "City of Buenos Aires", "Argentina Standard Time" },
	{ "Chennai", "India Standard Time" },
	{ "Beijing", "China Standard Time" },
	{ "Osaka", "Tokyo Standard Time" },
	{ "Canberra", "AUS Eastern Standard Time" },
	{ "Wellington", "New Zealand Standard Time" },
	{ "West Central Africa", "W. Central Africa Standard Time" },
	{ "Eastern", "Eastern Standard Time" }, /* these are of Lotus Notes: "Western/Central Europe" */
	{ "Central", "Central Standard Time" },
	{ "Mountain", "Mountain Standard Time" },
	{ "Pacific", "Pacific Standard Time" },
	{ "Central Europe", "Central Europe Standard Time" },
	{ "Eastern Europe", "GTB Standard Time" },
};

static const char *
by_windows_name(const char *name, size_t n)
{
	for (size_t i = 0; i < GP_COUNT(zones); i++)
		if (strlen(zones[i].windows) == n && strncasecmp(zones[i].windows, name, n) == 0)
			return zones[i].iana;
	return NULL;
}

static const char *
by_shown_name(const char *name, size_t n)
{
	for (size_t i = 0; i < GP_COUNT(shown_names); i++)
		if (strlen(shown_names[i].shown) == n && strncasecmp(shown_names[i].shown, name, n) == 0)
			return by_windows_name(shown_names[i].windows, strlen(shown_names[i].windows));
	return NULL;
}

/* "Berlin" or "Hong Kong": a zone of that name on some continent. */
static bool
by_city(const char *city, size_t n, char out[64])
{
	static const char *const continents[] = { "Europe", "America", "Asia", "Africa", "Australia", "Pacific",
		"Atlantic" };
	bool found = false;

	for (size_t i = 0; i < GP_COUNT(continents) && n > 2 && n < 32 && !found; i++) {
		(void)snprintf(out, 64, "%s/%.*s", continents[i], (int)n, city);
		for (char *at = out; *at != '\0'; at++)
			if (*at == ' ')
				*at = '_';
		found = gp_zone_exists(out);
	}
	return found;
}

/* Each of "Amsterdam, Berlin, Bern" in turn. */
static bool
by_cities(const char *shown, char out[64])
{
	while (*shown != '\0') {
		size_t n = strcspn(shown, ",:/");
		const char *known;

		while (n > 0 && isspace((unsigned char)shown[n - 1]))
			n--;
		known = by_shown_name(shown, n);
		if (known != NULL)
			(void)snprintf(out, 64, "%s", known);
		if (known != NULL || by_city(shown, n, out))
			return true;
		shown += strcspn(shown, ",:/");
		shown += strspn(shown, ",:/ ");
	}
	return false;
}

bool
gp_windows_zone(const char *name, char ret_iana[64])
{
	size_t n = strnlen(name, 128);
	const char *known = by_windows_name(name, n), *close = *name == '(' ? strchr(name, ')') : NULL;

	/* "W. Europe Standard Time 1": the second definition of a name in one mail. */
	while (known == NULL && n > 0 && isdigit((unsigned char)name[n - 1]))
		n--;
	while (known == NULL && n > 0 && name[n - 1] == ' ')
		n--;
	if (known == NULL)
		known = by_windows_name(name, n);
	if (known == NULL)
		return strnlen(name, 128) < 128 &&
		       by_cities(close != NULL ? close + 1 + strspn(close + 1, " ") : name, ret_iana);
	(void)snprintf(ret_iana, 64, "%s", known);
	return true;
}
