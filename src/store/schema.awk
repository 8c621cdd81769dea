# Writes the steps src/store/schema/NNNN-name.sql as a C table, for store/ladder.
BEGIN { print "#include \"store/schema.h\"\nconst struct gp_schema_step gp_schema_steps[] = {" }
FNR == 1 { if (NR > 1) print "\t},"; n = FILENAME; sub(/.*\//, "", n); printf "\t{ %d, \"%s\",\n", substr(n, 1, 4) + 0, n }
{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "\t\"%s\\n\"\n", $0; steps = FILENAME }
END { print "\t},\n};\nconst int gp_schema_step_count = (int)(sizeof(gp_schema_steps) / sizeof(gp_schema_steps[0]));" }
