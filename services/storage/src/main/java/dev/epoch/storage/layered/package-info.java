/**
 * States of versioned tables as layers of rows: what a state is made of, where two states can
 * differ, and what commits, merges, their undoing and restoring do to layers. Knows no database.
 */
package dev.epoch.storage.layered;
