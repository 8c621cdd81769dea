# Writes lazy.list as a header of macros (-v form=.h) or as a table for base/lazy.c (-v form=.c). The name under which the
# loader finds a library is the one that this machine's linker would have written down.
function soname(library,  path, line, found)
{
	("cc -print-file-name=lib" library ".so") | getline path
	while (("readelf -d " path) | getline line)
		if (line ~ /\(SONAME\)/ && match(line, /\[.*\]/))
			found = substr(line, RSTART + 1, RLENGTH - 2)
	if (found == "") {
		print "lib" library ".so: not found; make deps" > "/dev/stderr"
		failed = 1
		exit 1
	}
	return found
}
BEGIN {
	if (form == ".c")
		print "#include \"base/lazy_table.h\"\nconst struct gp_lazy_function gp_lazy_functions[] = {"
}
/^#/ { next }
!($1 in names) { names[$1] = soname($1) }
{
	for (i = 2; i <= NF; i++) {
		if (form == ".c")
			printf "\t{ \"%s\", \"%s\", \"%s\" },\n", $1, names[$1], $i
		else
			printf "#define %s ((__typeof__(%s) *)gp_lazy(%d))\n", $i, $i, count
		count++
	}
}
END {
	if (failed)
		exit 1
	if (form == ".c")
		print "};\n"
	else
		printf "#define GP_LAZY_COUNT %d\n", count
}
