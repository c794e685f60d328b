-- What sessions of other roles may call.
GRANT USAGE ON SCHEMA epoch TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.use_branch(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.current_branch(text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.branch_path(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.branch_of_path(text, text) TO PUBLIC;
