package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.diff.ChangeType;
import dev.epoch.model.schema.object.ObjectId;
import java.util.Map;

/**
 * One difference with the statements that carry it out.
 *
 * @param type what happened
 * @param objectType {@code table}, {@code column}, {@code constraint} ...
 * @param objectName of the object or part, unquoted
 * @param owner the object that a part belongs to, else the object itself
 * @param details of a column its facts, of others {@code definition}; {@code before} and {@code
 *     after} for one that was modified
 * @param sqlToSync statements of the way up that are for it, separated by semicolons and new lines;
 *     empty if others carry it out along with theirs
 */
public record MigrationChange(
    ChangeType type,
    String objectType,
    String objectName,
    ObjectId owner,
    Map<String, Object> details,
    String sqlToSync) {}
