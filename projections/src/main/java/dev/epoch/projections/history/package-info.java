/** Branches, what actors work on, and commits with all that a log shows of them. */
package dev.epoch.projections.history;
