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
GRANT EXECUTE ON FUNCTION epoch.refuse_live_alteration(oid, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.refuse_live_drop(text, text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.may_read_live(text, boolean) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.judge_live_read(text, boolean, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.refuse_view(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.identity_value(regclass) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.open_table(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.close_table(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.switch_table_on(text, text, text, boolean) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.hides_table(oid) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.anchor_at(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.source_position_at(text, text) TO PUBLIC;

-- What these show is a matter of privileges on the tables that they read; what the procedures do, of privileges on them.
GRANT EXECUTE ON FUNCTION epoch.log(text, integer, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.commit_of(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.conflicts(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.schema_diff(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.compute_schema_diff(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.three_way_diff(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.sees_rows(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.switch_branch(text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.query_cross_branch(text, text[], text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.live_name_in(text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.session_repository(text, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.send_command(text, jsonb, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.command_outcome(uuid) TO PUBLIC;
GRANT EXECUTE ON FUNCTION epoch.commit_is_refused() TO PUBLIC;
GRANT EXECUTE ON PROCEDURE epoch.run_command(text, jsonb, jsonb) TO PUBLIC;
