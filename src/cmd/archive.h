/* archive.h - what the archive commands share.  Floor: cmd. */
#pragma once
#include "guildpost/cmd/app.h"
#include "guildpost/store/archive.h"
#include "guildpost/store/space.h"
