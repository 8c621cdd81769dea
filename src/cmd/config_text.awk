# Writes conf/guildpost.conf as a C string, so that `init` hands out the very text that an operator reads there.
BEGIN { print "#include \"cmd/config_text.h\"\nconst char gp_config_text[] =" }
{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "\t\"%s\\n\"\n", $0 }
END { print "\t;" }
