-- All walks pass the commits by falling position. A commit has a greater position than its parents, so what is known of it
-- when it is passed is final: the order serves as that of git's commit-reach.c. Rows are read 256 at a time; where none of
-- them belongs to the walk, the next ones are those from its greatest open commit on.

-- Commits that the heads reach and the excluded ones do not, newest first; the hidden root is never one.
-- page: positions of those from skip on, at most most of them. total: how many match, where counted.
CREATE OR REPLACE FUNCTION walk_commits(
  repo text, heads bigint[], excluded bigint[], skip bigint, most bigint, counted boolean,
  since timestamptz, until timestamptz, author text, committer text, actor text, touched text,
  OUT page bigint[], OUT total bigint
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  frontier bigint[] := heads;
  barred bigint[] := excluded;
  highest bigint;
  passed boolean;
  parent bigint;
  c record;
BEGIN
  page := '{}';
  total := 0;
  WHILE NOT frontier <@ barred LOOP
    SELECT max(p) INTO highest FROM unnest(frontier || barred) AS p;
    passed := false;
    FOR c IN
      SELECT position, parent_positions, committed_at, author_search, committer_search, committer_id, changes
      FROM commits
      WHERE repository = repo AND position <= highest
      ORDER BY position DESC
      LIMIT 256
    LOOP
      IF c.position = ANY (barred) THEN
        frontier := array_remove(frontier, c.position);
        barred := array_remove(barred, c.position);
        FOREACH parent IN ARRAY c.parent_positions LOOP
          IF NOT parent = ANY (barred) THEN
            barred := barred || parent;
          END IF;
        END LOOP;
      ELSIF c.position = ANY (frontier) THEN
        frontier := array_remove(frontier, c.position);
        FOREACH parent IN ARRAY c.parent_positions LOOP
          IF NOT parent = ANY (frontier) THEN
            frontier := frontier || parent;
          END IF;
        END LOOP;
        IF cardinality(c.parent_positions) > 0
          AND (since IS NULL OR c.committed_at >= since)
          AND (until IS NULL OR c.committed_at <= until)
          AND (author IS NULL OR strpos(c.author_search, author) > 0)
          AND (committer IS NULL OR strpos(c.committer_search, committer) > 0)
          AND (actor IS NULL OR c.committer_id = actor)
          AND (touched IS NULL OR c.changes @> jsonb_build_array(jsonb_build_object('table', touched)))
        THEN
          IF total >= skip AND cardinality(page) < most THEN
            page := page || c.position;
          END IF;
          total := total + 1;
          IF NOT counted AND total >= skip + most THEN
            RETURN;
          END IF;
        END IF;
      ELSE
        CONTINUE;
      END IF;
      passed := true;
      EXIT WHEN frontier <@ barred;
    END LOOP;
    EXIT WHEN NOT passed; -- the repository is gone
  END LOOP;
END
$$;

-- How two commits diverged: how many only ours reaches, how many only theirs reaches, and the common ancestors from which
-- no other one descends.
CREATE OR REPLACE FUNCTION compare_commits(
  repo text, ours bigint, theirs bigint,
  OUT ahead bigint, OUT behind bigint, OUT bases bigint[]
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  of_ours bigint[] := ARRAY[ours];
  of_theirs bigint[] := ARRAY[theirs];
  below bigint[] := '{}'; -- what a base descends from
  in_ours boolean;
  in_theirs boolean;
  highest bigint;
  passed boolean;
  parent bigint;
  c record;
BEGIN
  ahead := 0;
  behind := 0;
  bases := '{}';
  WHILE NOT (of_ours || of_theirs) <@ below LOOP
    SELECT max(p) INTO highest FROM unnest(of_ours || of_theirs || below) AS p;
    passed := false;
    FOR c IN
      SELECT position, parent_positions
      FROM commits
      WHERE repository = repo AND position <= highest
      ORDER BY position DESC
      LIMIT 256
    LOOP
      in_ours := c.position = ANY (of_ours);
      in_theirs := c.position = ANY (of_theirs);
      IF c.position = ANY (below) THEN
        below := array_remove(below, c.position) || c.parent_positions;
      ELSIF in_ours AND in_theirs THEN
        bases := bases || c.position;
        below := below || c.parent_positions;
      ELSIF in_ours THEN
        ahead := ahead + 1;
        FOREACH parent IN ARRAY c.parent_positions LOOP
          IF NOT parent = ANY (of_ours) THEN
            of_ours := of_ours || parent;
          END IF;
        END LOOP;
      ELSIF in_theirs THEN
        behind := behind + 1;
        FOREACH parent IN ARRAY c.parent_positions LOOP
          IF NOT parent = ANY (of_theirs) THEN
            of_theirs := of_theirs || parent;
          END IF;
        END LOOP;
      ELSE
        CONTINUE;
      END IF;
      of_ours := array_remove(of_ours, c.position);
      of_theirs := array_remove(of_theirs, c.position);
      passed := true;
      EXIT WHEN (of_ours || of_theirs) <@ below;
    END LOOP;
    EXIT WHEN NOT passed; -- the repository is gone
  END LOOP;
END
$$;

-- The tables that a commit holds, by name: of each the last version of the commit's line, else of the line under it.
CREATE OR REPLACE FUNCTION tables_at(repo text, commit_position bigint)
RETURNS TABLE (name text, table_id text, row_count bigint, schema_hash text)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  WITH RECURSIVE under (line, until, distance) AS (
    SELECT c.line, c.position, 0
    FROM commits AS c
    WHERE c.repository = repo AND c.position = commit_position
    UNION ALL
    SELECT l.parent_line, l.parent_position, u.distance + 1
    FROM under AS u
      JOIN lines AS l ON l.repository = repo AND l.line = u.line
    WHERE l.parent_line IS NOT NULL
  )
  SELECT n.name, v.table_id, v.row_count, v.schema_hash
  FROM (SELECT DISTINCT r.name FROM registrations AS r WHERE r.repository = repo) AS n
    CROSS JOIN LATERAL (
      SELECT last.*
      FROM under AS u
        CROSS JOIN LATERAL (
          SELECT t.table_id, t.row_count, t.schema_hash
          FROM table_versions AS t
          WHERE t.repository = repo AND t.line = u.line AND t.name = n.name AND t.position <= u.until
          ORDER BY t.position DESC
          LIMIT 1
        ) AS last
      ORDER BY u.distance
      LIMIT 1
    ) AS v
  WHERE v.table_id IS NOT NULL
$$;

-- Whether a commit, or one that it leads to by first parents, has the table: if the commit itself lacks it, it was dropped.
CREATE OR REPLACE FUNCTION was_committed(repo text, commit_position bigint, of_name text, of_table text) RETURNS boolean
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  WITH RECURSIVE under (line, until) AS (
    SELECT c.line, c.position
    FROM commits AS c
    WHERE c.repository = repo AND c.position = commit_position
    UNION ALL
    SELECT l.parent_line, l.parent_position
    FROM under AS u
      JOIN lines AS l ON l.repository = repo AND l.line = u.line
    WHERE l.parent_line IS NOT NULL
  )
  SELECT EXISTS (
    SELECT FROM under AS u
      JOIN table_versions AS t ON t.repository = repo AND t.line = u.line AND t.name = of_name
    WHERE t.position <= u.until AND t.table_id = of_table
  )
$$;
