/** Rules that settle conflicts: which are set for which table and field, and their arithmetic. */
package dev.epoch.model.merge.rule;
