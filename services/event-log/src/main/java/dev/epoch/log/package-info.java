/** The event log that every change passes through, one subpackage per log. */
package dev.epoch.log;
