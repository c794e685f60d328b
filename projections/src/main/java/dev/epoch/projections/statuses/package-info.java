/** What was said about commits. */
package dev.epoch.projections.statuses;
