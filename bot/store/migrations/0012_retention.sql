-- What is deleted by its age is found by its age, among all that ever was.

CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX pictures_kept ON pictures (job) WHERE deleted = 0;
