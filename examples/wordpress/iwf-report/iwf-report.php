<?php
/**
 * Plugin Name:       IWF report form
 * Description:       Shows the form to report suspected child sexual abuse imagery: shortcode [iwf_report] and a block.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           MIT
 * Text Domain:       iwf-report
 *
 * Prints the snippet of docs/partners/embed.md with the address and key of the settings page. Stores
 * these two options and nothing else, and asks nobody for anything: visitors' browsers load the form.
 */

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/settings.php';
require_once __DIR__ . '/form.php';

add_action( 'init', 'iwf_report_init' );
add_action( 'admin_menu', 'iwf_report_add_settings_page' );
add_action( 'admin_init', 'iwf_report_register_settings' );
add_filter( 'plugin_action_links_' . plugin_basename( __FILE__ ), 'iwf_report_action_links' );
add_filter( 'script_loader_tag', 'iwf_report_make_async', 10, 2 );

/** The shortcode and the block are two ways to write the same. */
function iwf_report_init() {
	add_shortcode( 'iwf_report', 'iwf_report_form' );
	register_block_type( __DIR__ . '/block', array( 'render_callback' => 'iwf_report_block' ) );
}
