/** Who may do what: principals, verbs, roles, grants, and the one decision about them. */
package dev.epoch.model.access;
