/** Hooks: who is asked before a change is made. */
package dev.epoch.api.hook;
