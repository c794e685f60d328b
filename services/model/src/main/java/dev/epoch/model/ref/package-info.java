/** Names of branches, tags, repositories and tables, and expressions that name commits. */
package dev.epoch.model.ref;
