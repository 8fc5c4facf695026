/* The block in the editor: a placeholder with its fields. The form itself is shown on the page alone,
 * because the editor is a place to write and not to report. Plain ES5, nothing to build. */
( function ( blocks, blockEditor, components, element, i18n ) {
	'use strict';

	var el = element.createElement;
	var __ = i18n.__;

	function fields( attributes, setAttributes ) {
		function text( name, label, help ) {
			return el( components.TextControl, {
				key: name,
				label: label,
				help: help,
				value: attributes[ name ],
				onChange: function ( value ) {
					var changed = {};
					changed[ name ] = value;
					setAttributes( changed );
				},
			} );
		}
		return [
			text( 'lang', __( 'Language', 'iwf-report' ), __( 'Such as fr. Empty: the language of your key.', 'iwf-report' ) ),
			text( 'campaign', __( 'Campaign', 'iwf-report' ), __( 'Tells this page from others in your counts.', 'iwf-report' ) ),
			text( 'title', __( 'Title', 'iwf-report' ), __( 'For screen readers, in the language of the page.', 'iwf-report' ) ),
			el( components.SelectControl, {
				key: 'theme',
				label: __( 'Light or dark', 'iwf-report' ),
				value: attributes.theme,
				options: [
					{ value: '', label: __( 'As the visitor has it', 'iwf-report' ) },
					{ value: 'light', label: __( 'Light', 'iwf-report' ) },
					{ value: 'dark', label: __( 'Dark', 'iwf-report' ) },
				],
				onChange: function ( value ) {
					setAttributes( { theme: value } );
				},
			} ),
		];
	}

	blocks.registerBlockType( 'iwf-report/form', {
		edit: function ( props ) {
			return el(
				'div',
				blockEditor.useBlockProps(),
				el(
					blockEditor.InspectorControls,
					null,
					el( components.PanelBody, { title: __( 'Form', 'iwf-report' ) }, fields( props.attributes, props.setAttributes ) )
				),
				el( components.Placeholder, {
					icon: 'shield',
					label: __( 'Report form', 'iwf-report' ),
					instructions: __( 'Visitors see the form here.', 'iwf-report' ),
				} )
			);
		},
		save: function () {
			return null;
		},
	} );
}( window.wp.blocks, window.wp.blockEditor, window.wp.components, window.wp.element, window.wp.i18n ) );
