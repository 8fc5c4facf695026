<?php
/**
 * Settings > Report form: the server's address and the key, for administrators.
 */

defined( 'ABSPATH' ) || exit;

/** A page of its own below "Settings". */
function iwf_report_add_settings_page() {
	add_options_page(
		__( 'Report form', 'iwf-report' ),
		__( 'Report form', 'iwf-report' ),
		'manage_options',
		'iwf-report',
		'iwf_report_settings_page'
	);
}

/**
 * A link to it in the list of plugins.
 *
 * @param array $links HTML of the links that are there.
 * @return array
 */
function iwf_report_action_links( $links ) {
	$link = sprintf(
		'<a href="%s">%s</a>',
		esc_url( admin_url( 'options-general.php?page=iwf-report' ) ),
		esc_html__( 'Settings', 'iwf-report' )
	);
	return array_merge( array( $link ), $links );
}

/** Both options and their fields. WordPress checks the nonce and the capability. */
function iwf_report_register_settings() {
	$fields = array(
		'iwf_report_server' => array( 'iwf_report_sanitize_server', __( 'Server', 'iwf-report' ), __( 'The address of the reporting server that you were given, such as https://report.example.org', 'iwf-report' ) ),
		'iwf_report_key'    => array( 'iwf_report_sanitize_key', __( 'Key', 'iwf-report' ), __( 'Begins with iwfpk_. It is no secret. Never enter a key that begins with iwfsk_.', 'iwf-report' ) ),
	);
	add_settings_section( 'iwf_report', '', '__return_false', 'iwf-report' );
	foreach ( $fields as $name => list( $sanitize, $label, $help ) ) {
		register_setting(
			'iwf_report',
			$name,
			array(
				'type'              => 'string',
				'default'           => '',
				'show_in_rest'      => false,
				'sanitize_callback' => $sanitize,
			)
		);
		add_settings_field(
			$name,
			$label,
			'iwf_report_field',
			'iwf-report',
			'iwf_report',
			array(
				'name'      => $name,
				'label_for' => $name,
				'help'      => $help,
			)
		);
	}
}

/**
 * One text field.
 *
 * @param array $field name and help.
 */
function iwf_report_field( $field ) {
	printf(
		'<input type="text" class="regular-text code" id="%1$s" name="%1$s" value="%2$s" autocomplete="off" spellcheck="false" aria-describedby="%1$s-help"><p class="description" id="%1$s-help">%3$s</p>',
		esc_attr( $field['name'] ),
		esc_attr( get_option( $field['name'], '' ) ),
		esc_html( $field['help'] )
	);
}

/** The page itself. */
function iwf_report_settings_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	?>
	<div class="wrap">
		<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>
		<form action="options.php" method="post">
			<?php
			settings_fields( 'iwf_report' );
			do_settings_sections( 'iwf-report' );
			submit_button();
			?>
		</form>
		<p>
			<?php
			printf(
				/* translators: 1: an origin such as https://www.example.com, 2: a shortcode. */
				esc_html__( 'The origin of this site, %1$s, has to be on the list of the key. Then write %2$s into a page, or insert the block “Report form”.', 'iwf-report' ),
				'<code>' . esc_html( iwf_report_origin( home_url() ) ) . '</code>',
				'<code>[iwf_report]</code>'
			);
			?>
		</p>
	</div>
	<?php
}

/**
 * Keeps scheme, host and port of an address, and what was there before when it is none.
 *
 * @param mixed $text What was entered.
 * @return string
 */
function iwf_report_sanitize_server( $text ) {
	$text = is_string( $text ) ? trim( $text ) : '';
	if ( '' === $text ) {
		return '';
	}
	$origin = iwf_report_origin( $text );
	if ( '' === $origin ) {
		return iwf_report_refuse( 'iwf_report_server', __( 'The server is an address such as https://report.example.org', 'iwf-report' ) );
	}
	return $origin;
}

/**
 * Keeps a publishable key, and what was there before when it is none. The server knows whether it is mistyped.
 *
 * @param mixed $text What was entered.
 * @return string
 */
function iwf_report_sanitize_key( $text ) {
	$text = is_string( $text ) ? trim( $text ) : '';
	if ( '' === $text || preg_match( '/^iwfpk_(live|test)_[0-9A-Za-z]{36}$/D', $text ) ) {
		return $text;
	}
	return iwf_report_refuse( 'iwf_report_key', __( 'The key begins with iwfpk_live_ or iwfpk_test_, followed by 36 letters and digits.', 'iwf-report' ) );
}

/**
 * @param string $name The option.
 * @param string $why  For the administrator.
 * @return string What the option was before.
 */
function iwf_report_refuse( $name, $why ) {
	add_settings_error( $name, $name, $why );
	return get_option( $name, '' );
}

/**
 * @param string $address Any text.
 * @return string scheme://host[:port], or '' for anything but an address of http or https.
 */
function iwf_report_origin( $address ) {
	$parts = wp_parse_url( $address );
	if ( ! is_array( $parts ) || empty( $parts['host'] ) || empty( $parts['scheme'] ) || isset( $parts['user'] ) ) {
		return '';
	}
	$scheme = strtolower( $parts['scheme'] );
	if ( ! in_array( $scheme, array( 'http', 'https' ), true ) || ! preg_match( '/^[A-Za-z0-9.-]+$/D', $parts['host'] ) ) {
		return '';
	}
	return $scheme . '://' . strtolower( $parts['host'] ) . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
}
