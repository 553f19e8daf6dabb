-- A restart reads the line by jobs_waiting and the rest by jobs_unsettled; nothing reads both at once any more.

DROP INDEX jobs_unfinished;
