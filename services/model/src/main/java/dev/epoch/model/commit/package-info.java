/** Commits, their ids, and the graph they form. */
package dev.epoch.model.commit;
