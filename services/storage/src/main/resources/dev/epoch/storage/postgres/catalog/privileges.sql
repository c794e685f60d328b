-- What sessions of other roles may call.
GRANT USAGE ON SCHEMA epoch TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.use_branch(text, text, boolean) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.current_branch(text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.branch_path(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.branch_options(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.option_value(text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.session_on_branch(text, text, text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.branch_of_session(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.refuse_live_write(regclass, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.may_read_live(text, boolean) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.judge_live_read(text, boolean, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.refuse_view(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.identity_value(regclass) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.anchor_at(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.source_position_at(text, text) TO PUBLIC;
